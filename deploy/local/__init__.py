"""Kafka and PostgreSQL on this machine without Docker, for the demo and for the tests."""
