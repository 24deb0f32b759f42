"""Numbered SQL, forward only; each file runs once, in a transaction of its own."""
