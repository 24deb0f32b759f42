"""svr round, statement and publish: what they send, and what they find in the database."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

from shared.database import connect, migrate
from tests.integration.test_reporter import DEPARTMENTS, of, receive
from tests.unit.reporter.examples import PERIOD, PUBLISH_AT

SIGN = ["statement", "sign", PERIOD, "--as", "dwp", "--signed-by", "Rowan Ashdown", "--office", "Secretary of State"]


def svr(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services.svr", *arguments],
        input=stdin, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment},
    )  # fmt: skip


def event(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = orjson.loads(done.stdout)
    return found


def test_a_round_is_opened_with_the_dates_of_the_rule_or_with_others() -> None:
    """A day alone is 9:30 in London: 8:30 in UTC until the clocks go back."""
    assert event(svr("round", "open", PERIOD, "--dry-run"))["data"] == {
        "due": "2026-10-14",
        "publish_at": "2026-10-20T08:30:00Z",
    }
    moved = event(svr("round", "open", PERIOD, "--due", "2026-10-15", "--publish-at", "2026-11-02", "--dry-run"))
    assert moved["data"] == {"due": "2026-10-15", "publish_at": "2026-11-02T09:30:00Z"}
    assert (moved["source"], moved["subject"]) == ("/svr/pm-office", PERIOD)


def test_a_statement_is_signed_with_all_that_it_carries() -> None:
    """Text from standard input."""
    given = ["--action", "2027-03-31=Train", "--action", "Publish = share", "--dispute", "consultation=We count 52",
             "--done", "a=By May", "--not-done", "b", "--comment", "Late data"]  # fmt: skip
    data = event(svr(*SIGN, "--statement", "-", *given, "--dry-run", stdin="We did.\n"))["data"]
    del data["signed_on"]
    assert data == {
        "statement": "We did.",
        "signed_by": "Rowan Ashdown",
        "office": "Secretary of State",
        "comment": "Late data",
        "actions": [
            {"action": f"dwp-{PERIOD}-1", "text": "Train", "due": "2027-03-31"},
            {"action": f"dwp-{PERIOD}-2", "text": "Publish = share"},
        ],
        "comments": [{"indicator": "consultation", "text": "We count 52"}],
        "outcomes": [{"action": "a", "done": True, "text": "By May"}, {"action": "b", "done": False}],
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["round", "open", "2026-27-q5"],
        ["round", "close", "2026-27-q2"],
        [*SIGN, "--statement", "no such file"],
        [*SIGN, "--statement", "-"],
        [*SIGN, "--statement", "-", "--action", "2027-02-31=Train"],
        [*SIGN[:4], "atlantis", *SIGN[5:], "--statement", "-"],
    ],
)
def test_wrong_usage(arguments: list[str]) -> None:
    """Exit code 2, and nothing on stdout: no period, nowhere to send it, no text, no such day, no such department."""
    done = svr(*arguments, SVR_KAFKA_BOOTSTRAP="", SVR_INGEST_URL="")
    assert (done.returncode, done.stdout) == (2, "")


async def test_publish_and_list(database: str, tmp_path: Path) -> None:
    """What is due comes out once; the list says how many have signed and are out."""
    await migrate(database, schema="reporter", package="services.reporter.migrations")
    pool: asyncpg.Pool = await connect(database, service="test", schema="reporter")
    unsigned = {"dwp", "moj"}
    await receive(pool, *(of(code, **({"statement": None} if code in unsigned else {})) for code in DEPARTMENTS))
    await pool.execute("UPDATE status SET changed_at = $1", PUBLISH_AT - timedelta(days=1))
    await pool.close()
    other = svr("publish", "--period", "2026-27-q1", DATABASE_URL=database)
    assert (other.returncode, other.stdout) == (0, "")
    first = svr("publish", "--period", PERIOD, DATABASE_URL=database)
    assert first.returncode == 0, first.stderr
    assert sorted(first.stdout.split()) == sorted(f"{code}/{PERIOD}/r1" for code in (*DEPARTMENTS, "overview"))
    assert svr("publish", "--period", PERIOD, DATABASE_URL=database).stdout == ""
    listed = svr("round", "list", "--json", DATABASE_URL=database)
    assert orjson.loads(listed.stdout) == {
        "period": PERIOD,
        "due": "2026-10-09",
        "publish_at": "2026-10-14T09:30+01:00",
        "closed_on": None,
        "departments": len(DEPARTMENTS),
        "signed": len(DEPARTMENTS) - 2,
        "published": len(DEPARTMENTS),
    }
