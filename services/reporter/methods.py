"""The versions of the method: what each says, word for word, and what the one after it changed.

A version is frozen in a file when it is first used, and a test holds the present definitions to the newest file: who
changes one makes a new version (`METHOD`), and `python -m services.reporter.methods` freezes it. Reports name theirs.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from services.reporter.figures import ROUNDING
from shared.indicators import CATALOGUE, GROUPS, METHOD

FOLDER = Path(__file__).parent / "method_versions"
_GROUP = ("letter", "title", "indicators", "good", "partial", "poor", "not_enough_data")
_INDICATOR = (
    "id", "number", "title", "source", "population", "numerator", "denominator", "unknown", "excluded", "group"
)  # fmt: skip
Definitions: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """One definition: what it was and what it is; empty where it is new or gone."""

    what: str
    part: str
    old: str
    new: str


def present() -> Definitions:
    """The definitions that the reports are made by today."""
    return {
        "version": METHOD,
        "rounding": ROUNDING,
        "groups": [{part: getattr(group, part) for part in _GROUP} for group in GROUPS],
        "indicators": [{part: getattr(each, part) for part in _INDICATOR} for each in CATALOGUE],
    }


@cache
def versions() -> Mapping[int, Definitions]:
    """Every version that was ever used, the first one first."""
    found = [json.loads(file.read_text("utf-8")) for file in FOLDER.glob("v*.json")]
    return {each["version"]: each for each in sorted(found, key=lambda each: int(each["version"]))}


def changes(old: Definitions, new: Definitions) -> list[Changed]:
    """Definition by definition, in the order of the newer version; those that are gone at the end."""
    before, after = _parts(old), _parts(new)
    return [
        Changed(*key, before.get(key, ""), after.get(key, ""))
        for key in (*after, *(key for key in before if key not in after))
        if before.get(key) != after.get(key)
    ]


def _parts(said: Definitions) -> dict[tuple[str, str], str]:
    named: Sequence[tuple[str, Mapping[str, Any]]] = [
        ("Rounding", {"Rule": said["rounding"]}),
        *((f"Group {group['letter']}", group) for group in said["groups"]),
        *((f"Indicator {each['id']}", each) for each in said["indicators"]),
    ]
    return {
        (what, part.replace("_", " ").capitalize()): str(value or "")
        for what, parts in named
        for part, value in parts.items()
        if part not in ("letter", "id")
    }


def freeze() -> Path:
    """Writes the present definitions down as their version."""
    file = FOLDER / f"v{METHOD}.json"
    file.write_text(json.dumps(present(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    return file


if __name__ == "__main__":
    sys.stderr.write(f"{freeze()}\n")
