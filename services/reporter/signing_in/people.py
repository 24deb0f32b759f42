"""Who is signed in and what they may see and do. Pure: the provider's claims in, a person out.

A department sees its own returns only. The Prime Minister's office opens rounds and sees every department's figures
before publication; the review team sees the same and changes nothing. What is published needs nobody to sign in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.departments import Register
from shared.events.catalogue import Role

ROLES = (Role.DEPARTMENT, Role.PM_OFFICE, Role.REVIEW_TEAM)


class Denied(Exception):
    """Nobody whom we know, or nothing that proves it; the message is for the log, never for the page."""


@dataclass(frozen=True, slots=True)
class Person:
    """`sender` is the code as which they speak: their department's, `pm-office` or `review-team`."""

    subject: str
    name: str
    role: Role
    sender: str

    @property
    def opens_rounds(self) -> bool:
        return self.role is Role.PM_OFFICE

    @property
    def sees_all(self) -> bool:
        """Every department's figures before they are published."""
        return self.role in (Role.PM_OFFICE, Role.REVIEW_TEAM)

    def answers_for(self, department: str) -> bool:
        """May write and sign its return, and read what is not signed yet."""
        return self.role is Role.DEPARTMENT and self.sender == department

    def sees(self, department: str) -> bool:
        """May see its figures before they are published."""
        return self.sees_all or self.answers_for(department)


def person(claims: Mapping[str, Any], *, role_claim: str, department_claim: str, register: Register) -> Person:
    """The claims of a proved ID token → who it is. Raises Denied."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise Denied("the token has no subject")
    role = _role(claims.get(role_claim))
    sender = role.value
    if role is Role.DEPARTMENT:
        code = claims.get(department_claim)
        if not isinstance(code, str) or not register.has_department(code):
            raise Denied(f"claim {department_claim} names no department of the register")
        sender = code
    name = claims.get("name")
    return Person(subject, name.strip()[:200] if isinstance(name, str) and name.strip() else subject, role, sender)


def _role(claim: Any) -> Role:
    """One text or a list of which exactly one is a role of ours: two would leave open as whom they speak."""
    given = claim if isinstance(claim, list) else [claim]
    found = [role for role in ROLES if role.value in given]
    if len(found) != 1:
        raise Denied(f"{len(found)} roles of ours in the token, not one")
    return found[0]
