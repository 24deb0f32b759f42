"""python -m deploy.setup_secrets FOLDER: what `docker compose up` keeps secret, made when it first starts.

FOLDER has a folder, in compose a volume, for each container: what it needs and nothing else, readable by its user only.
`set-up` holds every password, `authority` the key that signs certificates, which no container but this one sees. Run
again, it makes what is missing, renews a certificate that soon runs out, and hands on what `set-up` has been given.
"""

import argparse
import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from deploy.kafka import certificates
from deploy.kafka.acls import ADMIN, SERVICES, principals
from deploy.kafka.certificates import Identity
from deploy.kafka.node import Node, format_arguments, server_properties
from deploy.kafka.passwords import Passwords, write
from deploy.local.kafka import cluster_id
from deploy.postgres.roles import AGGREGATOR, REPORTER, ROLES
from shared.departments import load_register

OURS = 10001
OWNERS: Mapping[str, int] = {
    "authority": 0,
    "set-up": OURS,
    **dict.fromkeys(SERVICES, OURS),
    "kafka": 1000,
    "postgres": 999,
    "mailpit": 10002,
}
"""Folder → the user whom its container runs as; Kafka's and PostgreSQL's are those of their images."""
SUPERUSER = "svr"  # PostgreSQL's, and the name of its database


@dataclass(frozen=True, slots=True)
class Kept:
    """What is made once and stays. `folder` is the one that holds all the others."""

    folder: Path

    @property
    def kafka(self) -> Passwords:
        return Passwords(self.folder / "set-up" / "kafka")

    @property
    def database(self) -> Passwords:
        return Passwords(self.folder / "set-up" / "database")

    @property
    def api_keys(self) -> Passwords:
        """Senders' keys for ingest's HTTP side."""
        return Passwords(self.folder / "set-up" / "api-keys")

    def authority(self, now: datetime) -> Identity:
        key, certificate = (self.folder / "authority" / name for name in ("ca.key", "ca.pem"))
        if not certificate.exists():
            made = certificates.authority("Social value returns", now)
            write(key, made.key)
            write(certificate, made.certificate)
        return Identity(certificate.read_text(), key.read_text())

    def server(self, name: str, hosts: list[str], now: datetime) -> str:
        """Certificate and key of a server, in one file."""
        authority, file = self.authority(now), self.folder / name / "identity.pem"
        pem = file.read_text() if file.exists() else ""
        return pem if certificates.serves(pem, authority, hosts, now) else certificates.issue(authority, hosts, now).pem

    def cluster_id(self) -> str:
        file = self.folder / "kafka" / "cluster-id"
        return file.read_text() if file.exists() else cluster_id()


def make(folder: Path, *, node: Node, now: datetime) -> None:
    """Leaves alone what is as it should be."""
    senders = [sender.code for sender in load_register().senders()]
    kept = Kept(folder)
    for principal in principals(senders):
        kept.kafka(principal)
    for role in ROLES:
        kept.database(role)
    for path, content in files(kept, senders, node=node, now=now):
        file = folder / path
        if not file.exists() or file.read_text() != content:
            write(file, content)


def files(kept: Kept, senders: list[str], *, node: Node, now: datetime) -> Iterator[tuple[str, str]]:
    """What each container is handed: path below the folder, and content."""
    admin, cluster, ca = kept.kafka(ADMIN), kept.cluster_id(), kept.authority(now).certificate
    yield "kafka/cluster-id", cluster
    yield "kafka/format.arguments", format_arguments(cluster, admin)
    yield "kafka/server.properties", server_properties(node, admin)
    yield "kafka/identity.pem", kept.server("kafka", [node.host], now)
    yield "postgres/password", kept.database(SUPERUSER).get_secret_value()
    yield "mailpit/identity.pem", kept.server("mailpit", ["mailpit"], now)
    for service in SERVICES:
        yield f"{service}/kafka", kept.kafka(service).get_secret_value()
    for service, role in (("aggregator", AGGREGATOR), ("reporter", REPORTER)):
        yield f"{service}/database", kept.database(role).get_secret_value()
    yield "ingest/api-keys.toml", "".join(f"{code} = [{digest(kept.api_keys(code))!r}]\n" for code in senders)
    for container in ("kafka", "set-up", *SERVICES):
        yield f"{container}/ca.pem", ca


def digest(key: SecretStr) -> str:
    """As ingest knows a key: SHA-256, hexadecimal."""
    return hashlib.sha256(key.get_secret_value().encode()).hexdigest()


def give(folder: Path, owners: Mapping[str, int]) -> None:
    """Each folder, and all that it holds, to its user and nobody else."""
    for name, owner in owners.items():
        (folder / name).chmod(0o700)
        for path in (*(folder / name).rglob("*"), folder / name):
            os.chown(path, owner, owner)


def main() -> int:
    """Exit codes: 0 done, 1 failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m deploy.setup_secrets", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    try:
        make(folder, node=Node(), now=datetime.now(UTC))
        give(folder, OWNERS)
    except OSError as fault:
        sys.stderr.write(f"python -m deploy.setup_secrets: {fault}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
