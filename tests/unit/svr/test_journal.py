"""A submission that broke off goes on where it stopped, and begins anew where the file is another."""

from pathlib import Path

import pytest

from services.svr.journal import Journal

LINES = [b'{"a":1}', b'{"b":2}', b'{"c":3}']


def journal(tmp_path: Path, *, sender: str = "dwp", target: str = "http://ingest") -> Journal:
    return Journal.of(tmp_path, target=target, sender=sender, file=tmp_path / "events.jsonl")


def test_nothing_is_acknowledged_at_first(tmp_path: Path) -> None:
    """Every line is to be sent."""
    assert journal(tmp_path).resume(LINES) == 0


def test_what_is_acknowledged_is_not_sent_again(tmp_path: Path) -> None:
    """Also after several pieces, and by another process."""
    first = journal(tmp_path)
    first.resume(LINES)
    first.acknowledged(LINES[:1])
    first.acknowledged(LINES[1:2])
    again = journal(tmp_path)
    assert again.resume(LINES) == 2
    again.acknowledged(LINES[2:])
    assert journal(tmp_path).resume(LINES) == 3


def test_a_file_that_grew_goes_on_behind_its_old_end(tmp_path: Path) -> None:
    """A day's log is sent each evening."""
    first = journal(tmp_path)
    first.acknowledged(LINES)
    assert journal(tmp_path).resume([*LINES, b'{"d":4}']) == 3


@pytest.mark.parametrize("changed", [[LINES[0]], [b"{}", *LINES[1:]], []], ids=["shorter", "other", "empty"])
def test_another_content_is_sent_from_its_beginning(tmp_path: Path, changed: list[bytes]) -> None:
    """And what it then has acknowledged counts for it alone."""
    journal(tmp_path).acknowledged(LINES[:2])
    fresh = journal(tmp_path)
    assert fresh.resume(changed) == 0
    fresh.acknowledged(changed)
    assert journal(tmp_path).resume(changed) == len(changed)


@pytest.mark.parametrize("other", [{"sender": "moj"}, {"target": "http://elsewhere"}])
def test_another_sender_and_another_address_have_journals_of_their_own(tmp_path: Path, other: dict[str, str]) -> None:
    """What one ingest has acknowledged says nothing of another."""
    journal(tmp_path).acknowledged(LINES)
    assert journal(tmp_path, **other).resume(LINES) == 0


def test_a_journal_that_cannot_be_read_counts_for_nothing(tmp_path: Path) -> None:
    """Sending again is harmless."""
    held = journal(tmp_path)
    held.path.write_bytes(b"{")
    assert held.resume(LINES) == 0


def test_a_journal_holds_nothing_of_what_was_sent(tmp_path: Path) -> None:
    """A count and a hash."""
    held = journal(tmp_path)
    held.acknowledged([b'{"statement":"confidential"}'])
    assert b"confidential" not in held.path.read_bytes()
