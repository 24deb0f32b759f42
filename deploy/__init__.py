"""How the services are run: on this machine, in containers, in a cluster."""
