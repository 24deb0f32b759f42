"""One condition's answer, with the words, the section of the Act and the events behind it."""

from enum import StrEnum
from typing import NamedTuple

from services.aggregator.parts import EventKey


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Reason(NamedTuple):
    """`section` is of the Act of 2012. `missing` (of an unknown) names the facts that would settle it."""

    code: str
    words: str
    section: str
    answer: Answer
    evidence: tuple[EventKey, ...]
    missing: tuple[str, ...] = ()


def yes(code: str, words: str, section: str, evidence: tuple[EventKey, ...]) -> Reason:
    return Reason(code, words, section, Answer.YES, evidence)


def no(code: str, words: str, section: str, evidence: tuple[EventKey, ...]) -> Reason:
    return Reason(code, words, section, Answer.NO, evidence)


def unknown(code: str, words: str, section: str, evidence: tuple[EventKey, ...], *missing: str) -> Reason:
    return Reason(code, words, section, Answer.UNKNOWN, evidence, missing)
