"""python -m deploy.setup: Kafka's topics, users and rights, PostgreSQL's roles, tables and rights, all in one job.

SVR_KAFKA_… say how to reach Kafka as its admin, DATABASE_… how to reach PostgreSQL as a superuser. FOLDER holds a file
with a password for each principal in `kafka`, for each role in `database`. Run again, as after every upgrade, it does
what there is still to do.
"""

import argparse
import asyncio
import sys
from pathlib import Path

import asyncpg
from confluent_kafka import KafkaException

from deploy.kafka import applying as kafka
from deploy.kafka.passwords import Passwords
from deploy.postgres import applying as postgres
from shared.settings import WithDatabase, load


def main() -> int:
    """Exit codes: 0 done, 1 failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m deploy.setup", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--replication", type=int, default=1, help="of new topics")
    given = parser.parse_args()
    settings = load(WithDatabase, "set-up")
    try:
        changes = kafka.apply(settings.kafka, Passwords(given.folder / "kafka"), replication=given.replication)
        asyncio.run(postgres.apply(settings.database, Passwords(given.folder / "database")))
    except (KafkaException, OSError, ValueError, asyncpg.PostgresError) as fault:
        sys.stderr.write(f"python -m deploy.setup: {fault}\n")
        return 1
    sys.stdout.writelines(f"{line}\n" for line in changes.lines())
    return 0


if __name__ == "__main__":
    sys.exit(main())
