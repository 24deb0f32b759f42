"""Ports are free, and the same from one start to the next."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.ports import CANDIDATES, HOST, PortTaken, free_port, is_free, keep


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something listens."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def test_ports_are_kept(tmp_path: Path) -> None:
    """Clients that wait for a server to come back find it where it was."""
    first = keep(tmp_path / "note", 3)
    assert keep(tmp_path / "note", 3) == first
    assert len(set(first)) == 3
    assert all(port in CANDIDATES for port in first)


def test_a_noted_port_that_is_taken_is_given_up(tmp_path: Path, taken: int) -> None:
    """A port chosen in an earlier run may have gone to another program since."""
    (tmp_path / "note").write_text(f"[{taken}]")
    assert keep(tmp_path / "note", 1) != [taken]


def test_a_port_that_was_asked_for_comes_first(tmp_path: Path) -> None:
    """The others are chosen."""
    (asked,) = keep(tmp_path / "other", 1)
    assert keep(tmp_path / "note", 2, first=asked)[0] == asked


def test_a_port_that_was_asked_for_must_be_free(tmp_path: Path, taken: int) -> None:
    """Nobody who asks for a port wants another."""
    with pytest.raises(PortTaken, match=f"127.0.0.1:{taken} is in use"):
        keep(tmp_path / "note", 1, first=taken)


def test_a_note_that_makes_no_sense_is_passed_over(tmp_path: Path) -> None:
    """It is written anew."""
    (tmp_path / "note").write_text("?")
    assert all(map(is_free, keep(tmp_path / "note", 2)))


def test_a_free_port_is_outside_the_range_of_outgoing_connections() -> None:
    """A client that retries a stopped server must not be given the server's port as its own."""
    port = free_port()
    assert port in CANDIDATES
    assert is_free(port)
