"""What the register holds: departments, their bodies, machinery-of-government changes. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from shared.events.catalogue import Role


class AuthorityClass(StrEnum):
    """The threshold class of a contracting authority (Procurement Act 2023, Schedule 1 and section 2)."""

    CENTRAL = "central"
    SUB_CENTRAL = "sub-central"
    PUBLIC_UNDERTAKING = "public-undertaking"
    PRIVATE_UTILITY = "private-utility"
    EXCLUDED = "excluded"


class Basis(StrEnum):
    """Why a body has its class: SI 2024/692, reg. 44(1) and (2)."""

    CROWN = "crown"
    SCHEDULE_2 = "schedule-2"
    NEITHER = "neither"


CLASSES: Mapping[Basis, AuthorityClass] = {
    Basis.CROWN: AuthorityClass.CENTRAL,
    Basis.SCHEDULE_2: AuthorityClass.CENTRAL,
    Basis.NEITHER: AuthorityClass.SUB_CENTRAL,
}


class Sector(StrEnum):
    CENTRAL_GOVERNMENT = "central-government"
    LOCAL_AUTHORITY = "local-authority"
    HEALTH = "health"
    BUSINESS = "business"
    SOCIAL_ENTERPRISE = "social-enterprise"


class Mark(StrEnum):
    """How well a fact is established; the methodology page shows it."""

    CONFIRMED = "confirmed"
    SECONDARY = "secondary"
    UNCONFIRMED = "unconfirmed"


class RegisterError(ValueError):
    """The register contradicts itself. The message names the entry and what to correct."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A text that holds from a day (None: from the beginning) until the next one of its kind."""

    text: str
    since: date | None = None
    mark: Mark = Mark.CONFIRMED


def at(texts: tuple[Dated, ...], on: date) -> str:
    """The text that holds on a day; before the first, the first."""
    chosen = texts[0]
    for text in texts[1:]:
        if text.since is not None and text.since <= on:
            chosen = text
    return chosen.text


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which an id or an alias is known to be right: from `since`, and before `until`."""

    text: str
    since: date | None = None
    until: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    def overlaps(self, other: "Window") -> bool:
        return (self.until is None or other.since is None or other.since < self.until) and (
            other.until is None or self.since is None or self.since < other.until
        )


@dataclass(frozen=True, slots=True)
class Department:
    """A department of state. `exists_to` is its last day; None while it exists (or, for `exists_from`: before 2012)."""

    code: str
    names: tuple[Dated, ...]
    shorts: tuple[Dated, ...]
    head_titles: tuple[Dated, ...]
    secretary_of_state: bool
    sector: Sector = Sector.CENTRAL_GOVERNMENT
    exists_from: date | None = None
    exists_to: date | None = None
    formed_from: str | None = None
    aliases: tuple[Window, ...] = ()
    ids: tuple[Window, ...] = ()
    slugs: tuple[Dated, ...] = ()
    content_ids: tuple[Dated, ...] = ()
    parliament_id: int | None = None

    def name(self, on: date) -> str:
        return at(self.names, on)

    def short_name(self, on: date) -> str:
        """For tables: `DWP`."""
        return at(self.shorts, on)

    def head_title(self, on: date) -> str:
        """Who answers: `Secretary of State for Work and Pensions`, `Chancellor of the Exchequer`."""
        return at(self.head_titles, on)

    def existed(self, on: date) -> bool:
        return (self.exists_from is None or self.exists_from <= on) and (self.exists_to is None or on <= self.exists_to)

    @property
    def short(self) -> str:
        """Its latest short name."""
        return self.shorts[-1].text


@dataclass(frozen=True, slots=True)
class Sponsorship:
    department: str
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """An agency or arm's-length body, which reports under its sponsor. Authority None: the register does not say."""

    key: str
    names: tuple[Dated, ...]
    sponsors: tuple[Sponsorship, ...]
    authority: AuthorityClass | None = None
    basis: Basis | None = None
    mark: Mark = Mark.SECONDARY
    exists_from: date | None = None
    exists_to: date | None = None
    aliases: tuple[Window, ...] = ()
    ids: tuple[Window, ...] = ()

    def name(self, on: date) -> str:
        return at(self.names, on)

    def sponsor(self, on: date) -> str:
        """The sponsor as the register gives it; before the first sponsorship, the first."""
        chosen = self.sponsors[0]
        for sponsorship in self.sponsors[1:]:
            if sponsorship.since is not None and sponsorship.since <= on:
                chosen = sponsorship
        return chosen.department


@dataclass(frozen=True, slots=True)
class Move:
    """Functions that went from one department to another. `share` only where the first was dissolved."""

    source: str
    target: str
    share: Fraction | None = None
    what: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One machinery-of-government change. Announced and effective days differ, and sources differ about them."""

    effective: date
    announced: date | None
    what: str
    mark: Mark
    source: str | None
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """Whom a buyer is: `key` a body's key or a department's code; `department` the one that answers on the date."""

    key: str
    department: str
    authority: AuthorityClass | None
    by: Literal["id", "alias"]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who may send events, by the code that its topic and its credential carry."""

    code: str
    role: Role


@dataclass(frozen=True, slots=True)
class Comparator:
    """A buyer outside the departments whose sector its register or its statutory name leaves no doubt about."""

    sector: Sector
    authority: AuthorityClass | None
