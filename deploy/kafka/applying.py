"""Makes the broker's topics, users and ACLs what the register says they are. Run again, it finds nothing to do."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from deploy.kafka import passwords, topics
from deploy.kafka.acls import Right, Rule, is_ours, principals, rules
from deploy.kafka.client import client, confluent
from deploy.kafka.passwords import Passwords
from shared.departments import load_register
from shared.kafka import Connection

SECONDS = 60
ITERATIONS = 4096  # the least that Kafka takes: passwords of 192 random bits need no slow hash
USER = "User:"


@dataclass(frozen=True)
class Changes:
    topics: list[str]
    users: list[str]
    granted: list[Rule]
    withdrawn: list[Rule]

    def lines(self) -> list[str]:
        """For a person, a line a change; none if there was none."""
        return [
            *(f"topic created: {name}" for name in self.topics),
            *(f"user created: {name}" for name in self.users),
            *(f"ACL created: {rule}" for rule in self.granted),
            *(f"ACL removed: {rule}" for rule in self.withdrawn),
        ]


def apply(connection: Connection, password: Callable[[str], SecretStr], *, replication: int = 1) -> Changes:
    """Creates what is missing and removes ACLs of ours that the table has not. Users that exist keep their passwords.

    `connection` is a super user's; `password` is asked for a new user's only. Raises KafkaException.
    """
    senders = [sender.code for sender in load_register().senders()]
    created = topics.create(connection, replication=replication)
    admin = client(connection)
    known = _users(admin)
    users = [name for name in principals(senders) if name not in known]
    set_passwords(admin, {name: password(name) for name in users})
    wanted, found = rules(senders), _found(admin)
    granted = sorted(wanted - found)
    withdrawn = sorted(rule for rule in found - wanted if is_ours(rule, senders))
    # First what opens, then what shuts: a right that is only written differently is never missing.
    _wait(admin.create_acls([_described(confluent.AclBinding, rule) for rule in granted]) if granted else {})
    _wait(admin.delete_acls([_described(confluent.AclBindingFilter, rule) for rule in withdrawn]) if withdrawn else {})
    _until(lambda: _users(admin) >= set(users) and _found(admin) & {*granted, *withdrawn} == set(granted))
    return Changes(created, users, granted, withdrawn)


def rotate(connection: Connection, principal: str, kept: Passwords) -> None:
    """Gives a principal a new password: Kafka refuses the former one from then on, and the new one is on file.

    Connections that are open stay so. Raises ValueError for one that is no principal of ours, KafkaException.
    """
    ours = principals(sender.code for sender in load_register().senders())
    if principal not in ours:
        raise ValueError(f"{principal!r} is none of: {', '.join(ours)}")
    password = passwords.new()
    set_passwords(client(connection), {principal: password})
    kept.keep(principal, password)


def set_passwords(admin: Any, wanted: dict[str, SecretStr]) -> None:
    """In one request; makes the users that do not exist."""
    info = confluent.ScramCredentialInfo(confluent.ScramMechanism.SCRAM_SHA_512, ITERATIONS)
    upsertions = [
        confluent.UserScramCredentialUpsertion(name, info, password.get_secret_value().encode())
        for name, password in wanted.items()
    ]
    _wait(admin.alter_user_scram_credentials(upsertions) if upsertions else {})


def _users(admin: Any) -> set[str]:
    return set(admin.describe_user_scram_credentials().result(SECONDS))


def _until(seen: Callable[[], bool]) -> None:
    """What the controller has agreed to, the broker that answers us learns a moment later. Raises TimeoutError."""
    deadline = time.monotonic() + SECONDS
    while not seen():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Kafka has not taken over the changes after {SECONDS} s")
        time.sleep(0.02)


def _wait(futures: dict[Any, Any]) -> None:
    for future in futures.values():
        future.result(SECONDS)


def _found(admin: Any) -> frozenset[Rule]:
    """The broker's ACLs that allow something. One that denies is an operator's emergency brake, and is left alone."""
    kinds = (confluent.ResourceType, confluent.ResourcePatternType, confluent.AclOperation)
    resource, pattern, operation = (kind.ANY for kind in kinds)
    allowing = confluent.AclBindingFilter(
        resource, None, pattern, None, None, operation, confluent.AclPermissionType.ALLOW
    )
    return frozenset(
        Rule(
            acl.principal.removeprefix(USER),
            Right(acl.restype.name, acl.name, acl.resource_pattern_type.name, acl.operation.name),
            acl.host,
        )
        for acl in admin.describe_acls(allowing).result(SECONDS)
    )


def _described(kind: Any, rule: Rule) -> Any:
    """As confluent-kafka's AclBinding, or as the AclBindingFilter that means it alone."""
    right = rule.right
    return kind(
        confluent.ResourceType[right.resource], right.name, confluent.ResourcePatternType[right.pattern],
        USER + rule.principal, rule.host, confluent.AclOperation[right.operation], confluent.AclPermissionType.ALLOW,
    )  # fmt: skip
