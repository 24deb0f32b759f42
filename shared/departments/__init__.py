"""The register of departments: whose a buyer is, who answers for what on which day, and who may send.

`load_register()` reads `shared/departments.toml`; everything else is pure.
"""

from shared.departments.loading import load_register, parse_register
from shared.departments.model import (
    AuthorityClass,
    Body,
    Change,
    Comparator,
    Dated,
    Department,
    Mark,
    Move,
    RegisterError,
    Resolution,
    Sector,
    Sender,
    Window,
)
from shared.departments.names import comparator, normalise
from shared.departments.register import FIXED_SENDERS, Register

__all__ = [
    "FIXED_SENDERS",
    "AuthorityClass",
    "Body",
    "Change",
    "Comparator",
    "Dated",
    "Department",
    "Mark",
    "Move",
    "Register",
    "RegisterError",
    "Resolution",
    "Sector",
    "Sender",
    "Window",
    "comparator",
    "load_register",
    "normalise",
    "parse_register",
]
