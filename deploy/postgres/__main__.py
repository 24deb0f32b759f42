"""python -m deploy.postgres apply: roles with their passwords, migrations, rights. DATABASE_URL is a superuser's."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

import asyncpg

from deploy.kafka.passwords import Passwords
from deploy.postgres.applying import apply
from deploy.postgres.roles import ROLES
from shared.logging import configure


def main() -> int:
    """Exit codes: 0 done, 1 failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m deploy.postgres", description=__doc__)
    parser.add_argument("action", choices=["apply"])
    parser.add_argument(
        "--passwords", type=Path, required=True, help="folder with a file for each role, kept at mode 0600"
    )
    given = parser.parse_args()
    url = os.environ.get("DATABASE_URL")
    if not url:
        parser.error("DATABASE_URL says where the database is, as a superuser")
    configure("deploy", stream=sys.stderr)
    try:
        asyncio.run(apply(url, Passwords(given.passwords)))
    except (OSError, asyncpg.PostgresError) as fault:
        sys.stderr.write(f"python -m deploy.postgres: {fault}\n")
        return 1
    sys.stdout.write("".join(f"{role}: {Passwords(given.passwords).file(role)}\n" for role in ROLES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
