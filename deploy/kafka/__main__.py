"""python -m deploy.kafka: topics, users and ACLs as the register says, and new passwords.

The broker's address and the admin's login come from SVR_KAFKA_…, as for a service.
"""

import argparse
import sys
from pathlib import Path

from confluent_kafka import KafkaException
from pydantic import ValidationError

from deploy.kafka import topics
from deploy.kafka.applying import apply, rotate
from deploy.kafka.passwords import Passwords
from shared.settings import KafkaSettings


def main() -> int:
    """Exit codes: 0 done, 1 failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m deploy.kafka", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    applying = actions.add_parser("apply", help="create what is missing, remove ACLs that should not be there")
    applying.add_argument("--replication", type=int, default=1, help="of new topics")
    rotating = actions.add_parser("rotate", help="give one principal a new password")
    rotating.add_argument("principal")
    for action in (applying, rotating):
        action.add_argument("--passwords", type=Path, help="folder with a file for each principal, kept at mode 0600")
    given = parser.parse_args()
    try:
        connection = KafkaSettings().kafka
        if not connection.protocol.logs_in and given.action == "apply":
            created = topics.create(connection, replication=given.replication)
            said = [f"topic created: {name}" for name in created]
        elif given.passwords is None:
            parser.error("--passwords says where the passwords are kept")
        elif given.action == "apply":
            said = apply(connection, Passwords(given.passwords), replication=given.replication).lines()
        else:
            rotate(connection, given.principal, Passwords(given.passwords))
            said = [f"{given.principal} has a new password: {Passwords(given.passwords).file(given.principal)}"]
    except (KafkaException, ValidationError, ValueError, OSError) as fault:
        sys.stderr.write(f"python -m deploy.kafka: {fault}\n")
        return 1
    sys.stdout.write("".join(f"{line}\n" for line in said) or "nothing has changed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
