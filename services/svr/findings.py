"""What `svr doctor` says: a line for each thing it tried, and one cure where it is not well."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """`cure` is empty where all is well."""

    what: str
    state: State
    said: str
    cure: str = ""


def ok(what: str, said: str) -> Finding:
    return Finding(what, State.OK, said)


def warn(what: str, said: str, cure: str) -> Finding:
    return Finding(what, State.WARN, said, cure)


def fail(what: str, said: str, cure: str) -> Finding:
    return Finding(what, State.FAIL, said, cure)
