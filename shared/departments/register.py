"""The register in use: which department a buyer belongs to, who answers for what, who may send. Pure.

Notices lag behind reorganisations, so an id or a name that was right once resolves for ever; only where two entries
share it does the day decide (the Ministry of Housing, Communities and Local Government is two departments, DCMS too).
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from shared.departments.checks import check
from shared.departments.model import (
    AuthorityClass,
    Body,
    Change,
    Department,
    RegisterError,
    Resolution,
    Sender,
    Window,
)
from shared.departments.names import normalise
from shared.events.catalogue import Role

FIXED_SENDERS = (
    Sender("contracts-finder", Role.PUBLISHER),
    Sender("find-a-tender", Role.PUBLISHER),
    Sender("pm-office", Role.PM_OFFICE),
    Sender("review-team", Role.REVIEW_TEAM),
)

# From each of these days on, the answer beside it. Answers are built once, so that resolving only looks them up.
_Timeline = tuple[list[date], list[Resolution]]
_Claim = tuple[Window, Department | Body]
_Way = Literal["id", "alias"]
_WAYS: tuple[_Way, _Way] = ("id", "alias")


class Register:
    """Departments, bodies and changes, indexed. Immutable: later attributions make a new register."""

    def __init__(
        self, departments: Iterable[Department], bodies: Iterable[Body] = (), changes: Iterable[Change] = ()
    ) -> None:
        """Raises RegisterError when the entries contradict each other."""
        self._departments = {department.code: department for department in departments}
        self._bodies = {body.key: body for body in bodies}
        self.changes = tuple(sorted(changes, key=lambda change: change.effective))
        check(self._departments, self._bodies, self.changes, {sender.code for sender in FIXED_SENDERS})
        self._moves = {
            (change.effective, move.source): tuple(m for m in change.moves if m.source == move.source and m.share)
            for change in self.changes
            for move in change.moves
            if move.share
        }
        self._lineages = self._all_lineages()
        self._days = self._days_of_change()
        ids = self._index((window.text, entry, window) for entry in self._entries() for window in entry.ids)
        names = self._index(
            (normalise(window.text), entry, window) for entry in self._entries() for window in entry.aliases
        )
        self._id_answers = self._answers(ids, "id")
        self._alias_answers = self._answers(names, "alias")
        departing = [Sender(code, Role.DEPARTMENT) for code in self._departments]
        self._senders = {sender.code: sender for sender in sorted((*departing, *FIXED_SENDERS), key=lambda s: s.code)}

    def resolve(self, *, ids: Sequence[str], name: str | None, on: date) -> Resolution | None:
        """A buyer → whom it is and who answers for it on the day; None when the register knows neither ids nor name.

        By id first, then by the whole normalised name, never by a part of it.
        """
        for identifier in ids:
            timeline = self._id_answers.get(identifier)
            if timeline is not None:
                return timeline[1][bisect_right(timeline[0], on) - 1]
        if name is None:
            return None
        timeline = self._alias_answers.get(normalise(name))
        return None if timeline is None else timeline[1][bisect_right(timeline[0], on) - 1]

    def speakers(self, *, ids: Sequence[str], name: str | None) -> frozenset[str]:
        """The departments whose word counts on what a buyer does; none where the register does not know the buyer.

        For a body each that ever sponsored it; for a department its lineage: a commitment outlives who made it.
        """
        known = [timeline for identifier in ids if (timeline := self._id_answers.get(identifier))]
        named = self._alias_answers.get(normalise(name)) if name is not None and not known else None
        answers = [*(known[0][1] if known else ()), *(named[1] if named else ())]
        return frozenset().union(*(self._lineages.get(answer.key, {answer.department}) for answer in answers))

    def lineage(self, code: str) -> frozenset[str]:
        """A department, those it was made from and those it was dissolved into. Raises KeyError."""
        return self._lineages[code]

    def department(self, code: str) -> Department:
        """Raises KeyError for a code that no department ever had."""
        return self._departments[code]

    def has_department(self, code: str) -> bool:
        return code in self._departments

    def departments(self) -> tuple[Department, ...]:
        """All that ever existed, by code."""
        return tuple(self._departments[code] for code in sorted(self._departments))

    def body(self, key: str) -> Body:
        """Raises KeyError."""
        return self._bodies[key]

    def bodies(self) -> tuple[Body, ...]:
        return tuple(self._bodies[key] for key in sorted(self._bodies))

    def bodies_of(self, code: str, on: date) -> tuple[Body, ...]:
        """The bodies that existed on the day and report under this department, by name."""
        found = [
            body
            for body in self._bodies.values()
            if (body.exists_from is None or body.exists_from <= on)
            and (body.exists_to is None or on <= body.exists_to)
            and self.answerable_for(body.sponsor(on), on) == code
        ]
        return tuple(sorted(found, key=lambda body: body.name(on).casefold()))

    def answerable(self, on: date) -> tuple[Department, ...]:
        """The departments that existed on the day, by name."""
        existing = [department for department in self._departments.values() if department.existed(on)]
        return tuple(sorted(existing, key=lambda department: department.name(on).casefold()))

    def secretaries(self, on: date) -> tuple[Department, ...]:
        """Those of them that a Secretary of State leads."""
        return tuple(department for department in self.answerable(on) if department.secretary_of_state)

    def successors(self, code: str, on: date) -> tuple[tuple[str, Fraction], ...]:
        """Who does on the day what department `code` did (or, before it existed, who did what it was formed from).

        Shares add to 1; the largest first. Raises KeyError for an unknown code.
        """
        department = self._departments[code]
        if department.exists_from is not None and on < department.exists_from:
            origin = department.formed_from
            return ((code, Fraction(1)),) if origin is None else self.successors(origin, on)
        if department.exists_to is None or on <= department.exists_to:
            return ((code, Fraction(1)),)
        shares: dict[str, Fraction] = {}
        for move in self._moves[department.exists_to + timedelta(days=1), code]:
            for successor, share in self.successors(move.target, on):
                shares[successor] = shares.get(successor, Fraction(0)) + share * (move.share or 0)
        return tuple(sorted(shares.items(), key=lambda pair: -pair[1]))

    def answerable_for(self, code: str, on: date) -> str:
        """The department that answers on the day for most of what department `code` did.

        As reported then = `code` itself; as mapped now = this. Raises KeyError for an unknown code.
        """
        return code if self._departments[code].existed(on) else self.successors(code, on)[0][0]

    def known_sender(self, code: str) -> bool:
        return code in self._senders

    def sender(self, code: str) -> Sender | None:
        return self._senders.get(code)

    def senders(self) -> tuple[Sender, ...]:
        """Every department that ever existed and the fixed senders, by code."""
        return tuple(self._senders.values())

    def with_attributions(self, attributions: Mapping[str, str]) -> "Register":
        """Buyer id or name → department code, added for buyers that this register does not know itself.

        What is attributed already stays. Raises RegisterError for an unknown department. The attributed buyer's class
        stays open (None).
        """
        for buyer, code in attributions.items():
            if code not in self._departments:
                raise RegisterError(f"buyer {buyer!r} is attributed to {code!r}, which is no department")
        codes = set(attributions.values())
        by_id, by_alias = ({code: self._attributed(code, by) for code in codes} for by in _WAYS)
        names = {normalise(buyer): code for buyer, code in attributions.items()}
        ids = {buyer: by_id[code] for buyer, code in attributions.items()} | self._id_answers
        aliases = {name: by_alias[code] for name, code in names.items() if name} | self._alias_answers
        other = object.__new__(Register)
        other.__dict__.update(self.__dict__, _id_answers=ids, _alias_answers=aliases)
        return other

    def _entries(self) -> Iterable[Department | Body]:
        return (*self._departments.values(), *self._bodies.values())

    def _all_lineages(self) -> dict[str, frozenset[str]]:
        after: dict[str, set[str]] = {code: set() for code in self._departments}
        for change in self.changes:
            for move in change.moves:
                if move.share:
                    after[move.source].add(move.target)
        for department in self._departments.values():
            if department.formed_from is not None:
                after[department.formed_from].add(department.code)
        later = {code: _reached(code, after) for code in after}
        return {code: later[code] | {other for other in after if code in later[other]} for code in after}

    def _days_of_change(self) -> list[date]:
        """Every day on which any answer may change, the beginning of time first."""
        days = {date.min}
        for department in self._departments.values():
            days |= {department.exists_from or date.min}
            days |= {department.exists_to + timedelta(days=1)} if department.exists_to else set()
        for body in self._bodies.values():
            days |= {sponsorship.since or date.min for sponsorship in body.sponsors}
        return sorted(days)

    @staticmethod
    def _index(claims: Iterable[tuple[str, Department | Body, Window]]) -> dict[str, list[_Claim]]:
        index: dict[str, list[_Claim]] = {}
        for text, entry, window in claims:
            index.setdefault(text, []).append((window, entry))
        return index

    def _answers(self, index: Mapping[str, list[_Claim]], by: _Way) -> dict[str, _Timeline]:
        return {text: self._timeline(claims, by) for text, claims in index.items()}

    def _timeline(self, claims: list[_Claim], by: _Way) -> _Timeline:
        days: list[date] = []
        answers: list[Resolution] = []
        ends = {end for window, _ in claims for end in (window.since, window.until) if end is not None}
        for day in sorted({*self._days, *ends}):
            answer = self._answer(_entry_on(claims, day), day, by)
            if not answers or answer != answers[-1]:
                days.append(day)
                answers.append(answer)
        return days, answers

    def _answer(self, entry: Department | Body, day: date, by: _Way) -> Resolution:
        if isinstance(entry, Department):
            # The Crown is a central government authority: SI 2024/692, reg. 44(1).
            department = self.answerable_for(entry.code, day)
            return Resolution(entry.code, department, AuthorityClass.CENTRAL, by)
        return Resolution(entry.key, self.answerable_for(entry.sponsor(day), day), entry.authority, by)

    def _attributed(self, code: str, by: _Way) -> _Timeline:
        days, answers = self._timeline([(Window(code), self._departments[code])], by)
        return days, [Resolution(answer.key, answer.department, None, by) for answer in answers]


def _reached(code: str, after: Mapping[str, set[str]]) -> frozenset[str]:
    """`code` and all that comes after it."""
    found, open_ = {code}, [code]
    while open_:
        for following in after[open_.pop()] - found:
            found.add(following)
            open_.append(following)
    return frozenset(found)


def _entry_on(claims: list[_Claim], day: date) -> Department | Body:
    """Whose the id or name was on the day; else whose it last was; else whose it was to be first."""
    for window, entry in claims:
        if day in window:
            return entry
    past = [claim for claim in claims if claim[0].since is None or claim[0].since <= day]
    if past:
        return max(past, key=lambda claim: claim[0].since or date.min)[1]
    return min(claims, key=lambda claim: claim[0].since or date.min)[1]
