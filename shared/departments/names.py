"""Names as the register compares them: whole, and without what notices write now one way, now another."""

import html
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from shared.departments.model import AuthorityClass, Comparator, Sector

_DROPPED = frozenset({"the", "and"})
_APOSTROPHES = str.maketrans("", "", "'’‘`´ʼ")
_WORDS = re.compile(r"[^\W_]+")


@lru_cache(maxsize=20_000)  # the same buyers recur in every notice
def normalise(name: str) -> str:
    """A name → its words in lower case, without punctuation, accents, invisible characters, "the" and "and" (or "&").

    Idempotent. The empty string when nothing is left, which matches no alias.
    """
    if "&" in name:
        name = html.unescape(html.unescape(name))  # twice: some systems escape what was escaped already
    if name.isascii():
        folded = name.lower()
    else:
        folded = "".join(
            character
            for character in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
            if unicodedata.category(character) not in ("Mn", "Me", "Cf")
        )
    return " ".join(word for word in _WORDS.findall(folded.translate(_APOSTROPHES)) if word not in _DROPPED)


# Identifier schemes of org-id.guide whose members are all of one sector.
_SECTOR_BY_SCHEME = {
    "GB-NHS-": Sector.HEALTH,
    "GB-LAE-": Sector.LOCAL_AUTHORITY,
    "GB-LAS-": Sector.LOCAL_AUTHORITY,
    "GB-PLA-": Sector.LOCAL_AUTHORITY,
    "GB-LANI-": Sector.LOCAL_AUTHORITY,
}

# How statute has such bodies named: Local Government Act 1972 s.2 and s.21, London Government Act 1963 s.1,
# National Health Service Act 2006 s.14Z25, s.25 and s.30. A bare "council" is not among them: the British Council,
# the Medical Research Council and others are none.
_LOCAL = re.compile(
    r".+ (county|city|borough|district|county borough|metropolitan borough|metropolitan district|town|parish) council"
    r"|(royal|london) borough of .+|london borough of .+ council"
)
_TRUST = re.compile(r".+ nhs (foundation )?trust")
_ANOTHER = re.compile(r"\b(hosted|behalf|acting|through|trading|friends|charity)\b")
_CARE_BOARD = re.compile(r"nhs .+ integrated care board( icb)?")


TRUSTS_CENTRAL_FROM = date(2021, 8, 16)
"""NHS trusts moved to the thresholds of central government on this day (secondary source: trade press)."""


def comparator(*, ids: Sequence[str], name: str | None, on: date) -> Comparator | None:
    """The sector of a buyer that is no department and no body of one, or None where that would be a guess.

    NHS trusts and foundation trusts are central government authorities for the thresholds (SI 2024/692, Schedule 2),
    although they report to no department here; until August 2021 they were sub-central ones.
    """
    words = normalise(name) if name else ""
    if _ANOTHER.search(words):  # somebody else, who names a trust or a council in passing
        words = ""
    if _TRUST.fullmatch(words):
        central = on >= TRUSTS_CENTRAL_FROM
        return Comparator(Sector.HEALTH, AuthorityClass.CENTRAL if central else AuthorityClass.SUB_CENTRAL)
    if _CARE_BOARD.fullmatch(words):
        return Comparator(Sector.HEALTH, None)
    if _LOCAL.fullmatch(words):
        return Comparator(Sector.LOCAL_AUTHORITY, AuthorityClass.SUB_CENTRAL)
    for identifier in ids:
        for scheme, sector in _SECTOR_BY_SCHEME.items():
            if identifier.startswith(scheme):
                authority = AuthorityClass.SUB_CENTRAL if sector is Sector.LOCAL_AUTHORITY else None
                return Comparator(sector, authority)
    return None
