"""Parts of an address as values; what cannot be one is not found."""

import re

from starlette.exceptions import HTTPException

from services.reporter.negotiation import split_suffix
from services.reporter.publication import OVERVIEW
from shared.periods import Period


def period(text: str) -> str:
    try:
        return str(Period.parse(text))
    except ValueError as fault:
        raise HTTPException(404) from fault


def department(code: str) -> str:
    """The overview has addresses of its own."""
    if code == OVERVIEW:
        raise HTTPException(404)
    return code


def revision(name: str) -> tuple[int, str | None]:
    """`r2.json` → (2, `json`)."""
    stem, suffix = split_suffix(name)
    if not re.fullmatch(r"r[1-9][0-9]{0,5}", stem):
        raise HTTPException(404)
    return int(stem[1:]), suffix
