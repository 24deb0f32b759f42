"""Migrations that old code survives, as docs/operations.md promises, so that services can be replaced one by one."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3] / "services"
FILES = sorted(ROOT.glob("*/migrations/*.sql"))
BREAKING = {
    "takes away what old code reads": r"\bDROP (?:TABLE|COLUMN|VIEW|FUNCTION)\b",
    "renames what old code names": r"\bRENAME\b",
    "changes what old code writes": r"\bALTER (?:COLUMN )?\w+ (?:SET DATA )?TYPE\b",
    "refuses what old code writes": r"\bSET NOT NULL\b|\bADD (?:CONSTRAINT|CHECK|UNIQUE|FOREIGN|PRIMARY)\b",
    "needs what old code does not give": r"\bADD COLUMN \w+ [\w\[\]]+ NOT NULL(?![^;,]*DEFAULT)",
}


def breaks(sql: str) -> list[str]:
    """What a migration does that code of the release before would not survive."""
    statements = re.sub(r"--[^\n]*", "", sql)
    return [what for what, pattern in BREAKING.items() if re.search(pattern, statements, re.IGNORECASE)]


def test_there_are_migrations() -> None:
    """Those of both services are looked at."""
    assert {path.parts[-3] for path in FILES} == {"aggregator", "reporter"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_old_code_survives_every_migration(path: Path) -> None:
    """It only adds."""
    assert breaks(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE event DROP COLUMN body",
        "ALTER TABLE event RENAME COLUMN body TO content",
        "ALTER TABLE event ALTER COLUMN body TYPE jsonb",
        "ALTER TABLE event ALTER body SET NOT NULL",
        "ALTER TABLE event ADD CONSTRAINT c CHECK (body <> '')",
        "ALTER TABLE event ADD COLUMN hash text NOT NULL",
        "DROP VIEW entry",
    ],
)
def test_one_that_breaks_old_code_is_found(sql: str) -> None:
    """The test itself is tested."""
    assert len(breaks(sql)) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE event ADD COLUMN hash text",
        "ALTER TABLE event ADD COLUMN hash text[] NOT NULL DEFAULT '{}'",
        "ALTER TABLE event ADD COLUMN at timestamptz NOT NULL DEFAULT now(); -- DROP TABLE is only talked of",
        "CREATE TABLE t (x text NOT NULL CHECK (x <> ''))",
    ],
)
def test_one_that_only_adds_is_not(sql: str) -> None:
    """New tables may be as strict as they like."""
    assert breaks(sql) == []
