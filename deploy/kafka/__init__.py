"""Kafka's topics, principals and ACLs, all from the register; ``python -m deploy.kafka apply`` makes them so."""
