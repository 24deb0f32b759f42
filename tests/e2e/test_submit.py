"""svr submit as a person runs it, on the real door: it goes on where it stopped, and says what was refused."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.door.house import Door, environment, heartbeat
from tests.stream import cloudevent

LINES = 4_000


def write(path: Path, *events: dict[str, Any]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(event) + b"\n" for event in events))
    return path


def svr(house: Door, tmp_path: Path, *arguments: str) -> "subprocess.Popen[str]":
    env = environment(house, "dwp") | {"XDG_STATE_HOME": str(tmp_path / "state"), "COLUMNS": "200"}
    return subprocess.Popen(
        [sys.executable, "-m", "services.svr", *arguments],
        env=env, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def done(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.mark.parametrize("way", ["--url", "--kafka"])
def test_killed_and_run_again_it_goes_on_where_it_stopped(house: Door, tmp_path: Path, way: str) -> None:
    """What was acknowledged is not sent again; all of it arrives."""
    file = write(tmp_path / "events.jsonl", *(heartbeat(f"resume/{way}/{n}") for n in range(LINES)))
    to = (way, house.ingest.url if way == "--url" else house.kafka.connection.bootstrap)
    journals = tmp_path / "state" / "svr" / "submitted"
    process = svr(house, tmp_path, "submit", "--as", "dwp", *to, str(file))
    while process.poll() is None and not list(journals.glob("*.json")):
        time.sleep(0.005)
    process.kill()
    process.communicate()
    (journal,) = journals.glob("*.json")
    before = orjson.loads(journal.read_bytes())["lines"]
    code, out, err = done(svr(house, tmp_path, "submit", "--as", "dwp", *to, str(file)))
    assert (code, f"the first {before} lines are acknowledged already" in err) == (0, True), err
    assert out.startswith(f"{LINES - before} sent")
    assert done(svr(house, tmp_path, "submit", "--as", "dwp", *to, str(file)))[1].startswith("0 sent")


def test_what_is_refused_is_named_by_its_line(house: Door, tmp_path: Path) -> None:
    """Exit code 3, the place on stderr, the whole problem in a file; the rest is taken."""
    foreign = cloudevent("dwp", "heartbeat", "moj", "foreign", {"nothing_to_report": True})
    file = write(tmp_path / "events.jsonl", heartbeat("named/1"), foreign, heartbeat("named/3"))
    refused = tmp_path / "refused.jsonl"
    command = ("submit", "--as", "dwp", "--url", house.ingest.url, "--refused", str(refused), str(file))
    code, out, err = done(svr(house, tmp_path, *command))
    assert (code, out) == (3, "3 sent, 2 accepted, 1 refused\n")
    assert f"{file}: line 2: dwp may not speak for moj (/subject)" in err
    (told,) = [orjson.loads(line) for line in refused.read_bytes().splitlines()]
    assert (told["line"], told["problem"]["type"]) == (2, "/problems/not-yours-to-send")


def test_without_an_answer_it_says_what_to_do(house: Door, tmp_path: Path) -> None:
    """A token that is not given ends it at once, with exit code 1."""
    file = write(tmp_path / "events.jsonl", heartbeat("never"))
    env = environment(house, "dwp") | {"SVR_OAUTH_CLIENT_SECRET": "wrong", "XDG_STATE_HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-m", "services.svr", "submit", "--as", "dwp", "--url", house.ingest.url, str(file)],
        env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert "gives dwp no token: 401" in " ".join(ran.stderr.split())
    assert "goes on from there" in ran.stderr
    assert "wrong" not in ran.stderr.replace("wrong usage", "")
