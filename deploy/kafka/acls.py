"""Who may do what on Kafka: one table, pure; whoever is not in it may do nothing.

A sender's principal is its code. Kafka's READ and WRITE imply DESCRIBE; it is written out so that the table says it.
An idempotent producer needs nothing beyond WRITE on its topics.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared import topics

SERVICES = ("ingest", "aggregator", "reporter")
OBSERVER = "observer"  # reads and counts, for operators and the demo; changes nothing
ADMIN = "admin"  # the only super user, named in the brokers' own configuration, hence in no ACL
SUBMISSIONS, REJECTIONS = topics.submissions(""), topics.rejections("")


class Resource(StrEnum):
    TOPIC = "TOPIC"
    GROUP = "GROUP"


class Pattern(StrEnum):
    """Kafka's own: the name itself (``*``: any), or all that begin with it."""

    LITERAL = "LITERAL"
    PREFIXED = "PREFIXED"


class Operation(StrEnum):
    READ = "READ"
    WRITE = "WRITE"
    DESCRIBE = "DESCRIBE"


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """`operation` on the resources that `pattern` and `name` describe; what is found on a broker may be any word."""

    resource: str
    name: str
    pattern: str
    operation: str


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """An ACL that allows something; ours do so from any host."""

    principal: str
    right: Right
    host: str = "*"

    def __str__(self) -> str:
        right = self.right
        return f"{self.principal}: {right.operation} {right.resource} {right.name} ({right.pattern})"


def principals(senders: Iterable[str]) -> list[str]:
    """All but the admin. Raises ValueError for a sender that bears another principal's name."""
    senders = sorted(senders)
    if taken := {*SERVICES, OBSERVER, ADMIN}.intersection(senders):
        raise ValueError(f"a sender may not be called as a principal of ours is: {', '.join(sorted(taken))}")
    return [*senders, *SERVICES, OBSERVER]


def table(senders: Iterable[str]) -> dict[str, list[Right]]:
    """Principal → its rights. Raises ValueError as principals() does."""
    fixed = _services()
    return {name: fixed[name] if name in fixed else _sender(name) for name in principals(senders)}


def rules(senders: Iterable[str]) -> frozenset[Rule]:
    """The table, a right at a time."""
    return frozenset(Rule(principal, right) for principal, rights in table(senders).items() for right in rights)


def is_ours(rule: Rule, senders: Iterable[str]) -> bool:
    """Whether we answer for an ACL found on the broker: by whom it is for, or by the topic that it opens."""
    if rule.principal in principals(senders):
        return True
    name, ours = rule.right.name, {topic.name for topic in topics.topics(list(senders))}
    return rule.right.resource == Resource.TOPIC and (name in ours or name.startswith((SUBMISSIONS, REJECTIONS)))


def _sender(code: str) -> list[Right]:
    return [
        *_topic(topics.submissions(code), _WRITE),
        *_topic(topics.rejections(code), _READ),
        *_group(f"{code}.", pattern=Pattern.PREFIXED),
    ]


def _services() -> dict[str, list[Right]]:
    every = Pattern.PREFIXED
    return {
        "ingest": [
            *_topic(SUBMISSIONS, _READ, every),
            *_group("ingest"),
            *_topic(topics.PROCUREMENT_EVENTS, _WRITE),
            *_topic(REJECTIONS, _WRITE, every),
        ],
        "aggregator": [
            *_topic(topics.PROCUREMENT_EVENTS, _READ),
            *_group("aggregator"),
            *_topic(topics.IMPLEMENTATION_STATUS, _WRITE),
            *_topic(REJECTIONS, (*_READ, Operation.WRITE), every),  # conflicts it tells; what was refused it hears
            *_group("aggregator.rejections"),
        ],
        "reporter": [
            *_topic(topics.IMPLEMENTATION_STATUS, _READ),
            *_group("reporter"),
            *_topic(topics.REPORTS_PUBLISHED, _WRITE),
            *_topic(SUBMISSIONS, _WRITE, every),  # what people do on the site goes through the front door: ADR 20
        ],
        OBSERVER: [
            *_topic(SUBMISSIONS, _READ, every),
            *_topic(REJECTIONS, _READ, every),
            *_topic(topics.PROCUREMENT_EVENTS, _READ),
            *_topic(topics.IMPLEMENTATION_STATUS, _READ),
            *_topic(topics.REPORTS_PUBLISHED, _READ),
            *_group("*", (Operation.DESCRIBE,)),  # how far the others have come
            *_group(f"{OBSERVER}.", pattern=Pattern.PREFIXED),
        ],
    }


_READ = (Operation.READ, Operation.DESCRIBE)
_WRITE = (Operation.WRITE, Operation.DESCRIBE)


def _topic(name: str, operations: Sequence[Operation], pattern: Pattern = Pattern.LITERAL) -> list[Right]:
    return [Right(Resource.TOPIC, name, pattern, operation) for operation in operations]


def _group(
    name: str, operations: Sequence[Operation] = (Operation.READ,), pattern: Pattern = Pattern.LITERAL
) -> list[Right]:
    return [Right(Resource.GROUP, name, pattern, operation) for operation in operations]
