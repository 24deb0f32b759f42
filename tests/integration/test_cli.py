"""`svr check` as a person or a script runs it: what it says, where it says it, and what it exits with."""

import json
import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.notices import notice_files
from tests.stream import FIRST, cloudevent, release

OCID = "ocds-abcdef-1"
DWP = "Department for Work and Pensions"


def svr(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "services.svr", *arguments], input=stdin, capture_output=True, timeout=60, check=False
    )


def lines_of(done: subprocess.CompletedProcess[bytes]) -> list[Any]:
    return [orjson.loads(line) for line in done.stdout.splitlines()]


def notice(number: int = 1, ocid: str = OCID) -> dict[str, Any]:
    return release(ocid, str(number), at=FIRST + timedelta(minutes=number % 100_000), buyer=DWP)


def considered(id: str = "c1") -> dict[str, Any]:
    data = {"considered_at": "2026-01-01", "process": "lots"}
    return cloudevent("dwp", "consideration.recorded", OCID, id, data)


def withdrawal(of: str) -> dict[str, Any]:
    data = {"source": "/dwp/system", "id": of, "reason": "sent in error"}
    return cloudevent("dwp", "event.withdrawn", OCID, f"w/{of}", data)


def write(path: Path, *said: Any) -> str:
    """JSON lines; what is bytes already is written as it is."""
    path.write_bytes(b"".join((s if isinstance(s, bytes) else orjson.dumps(s)) + b"\n" for s in said))
    return str(path)


def test_a_sound_file_exits_with_0(tmp_path: Path) -> None:
    """The summary is on stdout, and nothing is on stderr."""
    done = svr("check", write(tmp_path / "f.jsonl", notice(), considered()))
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"2 accepted, 0 refused, 1 procurements" in done.stdout


def test_a_refused_line_exits_with_3_and_is_named(tmp_path: Path) -> None:
    """File, line and reason stand on stderr; the other lines are taken."""
    file = write(tmp_path / "f.jsonl", notice(), b"{", considered())
    done = svr("check", file)
    assert done.returncode == 3
    assert f"{file}: line 2: The body is not JSON" in " ".join(done.stderr.decode().split())
    assert b"2 accepted, 1 refused, 1 procurements" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "no-such-file"],
        ["check", "--no-such-option"],
        ["no-such-command"],
        ["check", "--as", "x", "-"],
    ],
    ids=["no file", "a file that is not there", "an unknown option", "an unknown command", "an unknown sender"],
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    """What was wrong stands on stderr, and stdout stays empty."""
    done = svr(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr


def test_as_json_says_every_submission_and_then_every_procurement(tmp_path: Path) -> None:
    """Exactly these members, in this order, one object a line."""
    done = svr("check", "--json", write(tmp_path / "f.jsonl", notice(), b"{}", considered()))
    assert done.returncode == 3
    *submissions, procurement = lines_of(done)
    assert submissions[0] == {
        "kind": "submission", "line": 1, "outcome": "accepted", "id": f"{OCID}/1", "problem": None,
    }  # fmt: skip
    assert {**submissions[1], "problem": None} == {
        "kind": "submission", "line": 2, "outcome": "rejected", "id": None, "problem": None,
    }  # fmt: skip
    assert list(submissions[1]["problem"]) == ["type", "title", "detail", "errors"]
    assert submissions[2] == {"kind": "submission", "line": 3, "outcome": "accepted", "id": "c1", "problem": None}
    assert list(procurement) == ["kind", "ocid", "department", "started_on", "scope", "facts"]
    assert (procurement["kind"], procurement["ocid"], procurement["department"], procurement["started_on"]) == (
        "procurement", OCID, "dwp", "2026-01-05",
    )  # fmt: skip
    assert list(procurement["scope"]) == ["decision", "reason", "missing"]
    assert (procurement["scope"]["decision"], procurement["scope"]["missing"]) == ("applies", [])
    assert isinstance(procurement["scope"]["reason"], str)
    assert procurement["facts"]["considered-at"] == {"at": "2026-01-01"}


def test_what_is_not_known_is_null(tmp_path: Path) -> None:
    """A procurement whose buyer and start nobody told: null, and the scope names what is missing."""
    said = {"ocid": OCID, "id": "1", "date": "2026-01-05T09:00:00Z", "tag": ["planning"], "planning": {}}
    done = svr("check", "--json", write(tmp_path / "f.jsonl", said))
    procurement = lines_of(done)[-1]
    assert (done.returncode, procurement["department"], procurement["started_on"]) == (0, None, None)
    assert procurement["scope"]["decision"] == "cannot-tell"
    assert procurement["scope"]["missing"]


@pytest.mark.parametrize("after", [True, False], ids=["after its target", "before its target"])
@pytest.mark.parametrize("piped", [True, False], ids=["from standard input", "from a file"])
def test_a_withdrawn_event_counts_for_nothing(tmp_path: Path, *, after: bool, piped: bool) -> None:
    """Wherever the withdrawal stands, the procurement is as if the event had never been there."""
    said = [notice(), considered(), withdrawal("c1")] if after else [withdrawal("c1"), considered(), notice()]
    file = write(tmp_path / "f.jsonl", *said)
    arguments = ["check", "--json", "--as", "dwp"]
    done = svr(*arguments, "-", stdin=Path(file).read_bytes()) if piped else svr(*arguments, file)
    assert [line["outcome"] for line in lines_of(done)[:-1]] == ["accepted"] * 3
    alone = svr(*arguments, write(tmp_path / "alone.jsonl", notice()))
    assert lines_of(done)[-1] == lines_of(alone)[-1]


def test_standard_input_is_read_as_a_file_is(tmp_path: Path) -> None:
    """The same lines, the same output."""
    file = write(tmp_path / "f.jsonl", notice(), b"{", considered())
    assert svr("check", "--json", "-", stdin=Path(file).read_bytes()).stdout == svr("check", "--json", file).stdout


@pytest.mark.parametrize("indent", [None, 2], ids=["on one line", "over many lines"])
def test_the_releases_of_a_package_are_checked_one_by_one(tmp_path: Path, indent: int | None) -> None:
    """An OCDS release package gives the output of its releases as lines."""
    package = tmp_path / "package.json"
    package.write_text(json.dumps({"uri": "https://x.example/1", "releases": [notice(1), notice(2)]}, indent=indent))
    lines = write(tmp_path / "f.jsonl", notice(1), notice(2))
    assert svr("check", "--json", str(package)).stdout == svr("check", "--json", lines).stdout


@pytest.mark.parametrize(
    "package",
    [
        pytest.param(b'{"releases": [{"ocid": "ocds-abcdef-1", "id": "1"', id="cut off"),
        pytest.param(b'{"releases": [{"ocid": "ocds-abcdef-1"}, nonsense]}', id="no JSON"),
        pytest.param(b'{"releases": [{"ocid": "\xff"}]}', id="no text"),
        pytest.param(b'{"releases": [{"x": 1180591620717411303424}]}', id="a number beyond 64 bits"),
    ],
)
def test_a_broken_package_is_told_in_one_line(tmp_path: Path, package: bytes) -> None:
    """Exit code 1, the file and the fault on stderr, and no traceback."""
    file = tmp_path / "package.json"
    file.write_bytes(package)
    done = svr("check", str(file))
    assert done.returncode == 1
    (told,) = [line for line in done.stderr.decode().splitlines() if "to its end" in line]
    assert told.startswith(f"{file} is no package that can be read to its end: ")
    assert b"Traceback" not in done.stderr


def test_a_line_over_the_limit_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    """Three megabytes on one line are one refused line."""
    done = svr("check", "--json", write(tmp_path / "f.jsonl", b'{"x":"' + b"x" * 3_000_000 + b'"}', notice()))
    assert done.returncode == 3
    assert [line["outcome"] for line in lines_of(done) if line["kind"] == "submission"] == ["rejected", "accepted"]


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    """`svr check --json FILE | head` leaves no traceback."""
    file = write(tmp_path / "f.jsonl", *(notice(n) for n in range(3_000)))
    with subprocess.Popen(
        [sys.executable, "-m", "services.svr", "check", "--json", file], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.readline()
        child.stdout.close()
        assert b"Traceback" not in child.stderr.read()


def peak_memory(lines: int) -> int:
    """KiB at most resident while `svr check --json` reads so many lines about the same ten procurements."""
    command = [sys.executable, "-m", "services.svr", "check", "--json", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        stdin, stdout = child.stdin, child.stdout
        reading = threading.Thread(target=lambda: [None for _ in stdout])
        reading.start()
        for number in range(lines):
            data = {"kpi": f"K{number % 5}", "title": "x" * 250, "social_value": False, "rating": "good"}
            ocid = f"{OCID}{number % 10}"
            stdin.write(
                orjson.dumps(
                    cloudevent("dwp", "kpi.assessed", ocid, f"k{number % 50}", {**data, "assessed_on": "2026-01-05"})
                )
                + b"\n"
            )
        stdin.close()
        reading.join()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0
        return used.ru_maxrss


def test_memory_does_not_grow_with_the_file() -> None:
    """Ten times as many lines about the same procurements take the same memory, give or take 5 MiB."""
    few, many = peak_memory(2_000), peak_memory(20_000)
    assert many - few < 5 * 1024


def test_every_real_release_is_accepted() -> None:
    """All releases of Find a Tender and Contracts Finder that there are."""
    for file in notice_files():
        done = svr("check", "--json", str(file))
        outcomes = [line["outcome"] for line in lines_of(done) if line["kind"] == "submission"]
        assert done.returncode == 0
        assert outcomes == ["accepted"] * len(file.read_bytes().splitlines())
        assert file.stem != "find-a-tender" or len(outcomes) >= 782
