"""The front door under attack and under load, on a real broker with its security on."""
