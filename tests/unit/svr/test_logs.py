"""Which log lines are shown, in what order, and how."""

import io
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.svr.logs import Wanted, follow, moment, once, read, shown, wanted


def line(at: str = "12:00:00", event: str = "batch.committed", level: str = "info", **fields: Any) -> bytes:
    found = {
        "@timestamp": f"2026-11-24T{at}.000000Z",
        "service.name": "aggregator",
        "log.level": level,
        "message": event,
        "event.action": event,
        **fields,
    }
    return orjson.dumps(found) + b"\n"


def is_wanted(raw: bytes, **filters: Any) -> bool:
    found = read(raw)
    assert found is not None
    return wanted(found, raw, Wanted(**filters))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, True),
        ({"level": "info"}, True),
        ({"level": "warning"}, True),
        ({"level": "error"}, False),
        ({"service": "aggregator"}, True),
        ({"service": "ingest"}, False),
        ({"department": "dwp"}, True),
        ({"department": "moj"}, False),
        ({"event": "rejection.written"}, True),
        ({"event": "batch.committed"}, False),
        ({"text": "INVALID"}, True),
        ({"text": "unheard"}, False),
    ],
)
def test_which_lines_are_shown(filters: dict[str, Any], expected: bool) -> None:
    """By level and above, service, department (a sender is one), event and any words."""
    fields: dict[str, Any] = {"svr.sender": "dwp", "svr.problem": "invalid-data"}
    raw = line(event="rejection.written", level="warning", **fields)
    assert is_wanted(raw, **filters) is expected


def test_a_line_says_when_who_how_bad_what_and_the_rest() -> None:
    """Durations in milliseconds, names without their prefix, a stack trace below."""
    fields: dict[str, Any] = {"svr.records": 7, "event.duration": 1_500_000, "error.stack_trace": "Traceback\n  boom"}
    raw = line(**fields)
    found = read(raw)
    assert found is not None
    assert shown(found).plain == (
        "12:00:00.000 aggregator info    batch.committed  records=7  event.duration=1.5 ms\nTraceback\n  boom"
    )


def test_several_files_are_read_in_the_order_of_time() -> None:
    """What is no JSON, such as a crash's last words, stays behind the line before it and counts as an error."""
    one = io.BytesIO(line("12:00:01", "one") + b"Killed\n" + line("12:00:05", "three"))
    other = io.BytesIO(line("12:00:03", "two"))
    said = [text.plain.split()[-1] for text in once([one, other], Wanted())]
    assert said == ["one", "Killed", "two", "three"]


def test_following_waits_for_whole_lines_and_reads_a_file_that_is_begun_anew(tmp_path: Path) -> None:
    """Half a line comes once it is whole."""
    path = tmp_path / "service.log"
    path.write_bytes(line(event="first") + line(event="half")[:10])
    lines = follow([path], Wanted())
    assert next(lines).plain.endswith("first")
    path.write_bytes(line(event="first") + line(event="half"))
    assert next(lines).plain.endswith("half")
    path.write_bytes(line(event="anew"))
    assert [text.plain.split()[-1] for text in islice(lines, 1)] == ["anew"]


NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("90s", datetime(2026, 11, 24, 11, 58, 30, tzinfo=UTC)),
        ("15m", datetime(2026, 11, 24, 11, 45, tzinfo=UTC)),
        ("2h", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("1d", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("2026-11-24T09:30:00+01:00", datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_some_time_ago_or_a_time(text: str, found: datetime) -> None:
    """In seconds, minutes, hours or days."""
    assert moment(text, NOW) == found


@pytest.mark.parametrize("text", ["", "15", "m", "15 m", "1w", "yesterday", "2026-11-24"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    """Rather than showing everything."""
    with pytest.raises(ValueError, match=r"."):
        moment(text, NOW)


def test_lines_from_before_are_left_out() -> None:
    """A line without a time goes with the one before it."""
    file = io.BytesIO(line("11:44:59") + b"old trace\n" + line("11:45:00", event="first") + b"its trace\n")
    found = [text.plain for text in once([file], Wanted(since=moment("15m", NOW)))]
    assert ["first" in found[0], "its trace" in found[1], len(found)] == [True, True, 2]
