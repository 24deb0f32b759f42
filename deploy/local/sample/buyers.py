"""Who buys: departments and their bodies as the register knows them, and invented buyers that it does not."""

import random
import zlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from deploy.local.sample.model import LAST_DAY
from shared.departments import AuthorityClass, Body, Department, Register, Window

CLASSES = {
    AuthorityClass.CENTRAL: "publicAuthorityCentralGovernment",
    AuthorityClass.SUB_CENTRAL: "publicAuthoritySubCentralGovernment",
}


@dataclass(frozen=True, slots=True)
class Buyer:
    """As a notice names it; `sender` is the department that answers for it, empty when the register knows none."""

    id: str
    name: str
    authority: AuthorityClass
    sender: str = ""


UNRESOLVED = tuple(
    Buyer(f"GB-FTS-99000{number}", name, AuthorityClass.SUB_CENTRAL)
    for number, name in enumerate(
        (
            "Example Water Partnership",
            "Example Coastal Forum",
            "Sample Valley Development Company",
            "Example Museums Group",
        )
    )
)
OUTSIDE = tuple(
    Buyer(f"GB-FTS-99100{number}", name, authority)
    for number, (name, authority) in enumerate(
        (
            ("Exampleshire County Council", AuthorityClass.SUB_CENTRAL),
            ("Sampleton City Council", AuthorityClass.SUB_CENTRAL),
            ("Example Vale Borough Council", AuthorityClass.SUB_CENTRAL),
            ("Sample Valley NHS Foundation Trust", AuthorityClass.CENTRAL),
            ("NHS Exampleshire Integrated Care Board", AuthorityClass.SUB_CENTRAL),
        )
    )
)


class Buyers:
    """The buyers of one department. Only such as the register leads back to it on the day."""

    def __init__(self, register: Register, department: Department) -> None:
        self.register, self.department = register, department

    def own(self, on: date) -> Buyer:
        code = self.department.code
        id = _id(self.department.ids, on, _invented(code))
        return Buyer(id, self.department.name(on), AuthorityClass.CENTRAL, code)

    def pick(self, rng: random.Random, on: date) -> Buyer:
        """The department itself in two cases of three, else one of its bodies."""
        if self._bodies and rng.random() < 1 / 3:
            body, authority = rng.choice(self._bodies)
            name = body.name(on)
            id = _id(body.ids, on, _invented(body.key))
            found = self.register.resolve(ids=[id], name=name, on=on)
            if found is not None and found.department == self.department.code:
                return Buyer(id, name, authority, self.department.code)
        return self.own(on)

    @cached_property
    def _bodies(self) -> tuple[tuple[Body, AuthorityClass], ...]:
        bodies = self.register.bodies_of(self.department.code, self.department.exists_to or LAST_DAY)
        return tuple((b, b.authority) for b in bodies if b.authority is not None and b.authority in CLASSES)


def _id(ids: tuple[Window, ...], on: date, otherwise: str) -> str:
    """The id in use on the day, a PPON first; where the register has none, an invented one beside the true name."""
    current = sorted((w.text for w in ids if on in w), key=lambda id: not id.startswith("GB-PPON-"))
    return current[0] if current else otherwise


def _invented(key: str) -> str:
    return f"GB-FTS-9{zlib.crc32(key.encode()) % 1_000_000:06d}"
