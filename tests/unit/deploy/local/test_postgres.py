"""What the local PostgreSQL server is told, and how it is seen to be ready."""

from pathlib import Path

from deploy.local.postgres import is_ready, options

SAID = "17\n/data\n1764000000\n20500\n\n127.0.0.1\n  123 4\n{}\n"


def test_it_listens_on_the_loopback_address_only() -> None:
    """No Unix socket either: its path could be too long, and it would be one more way in."""
    told = options(20500, fsync=True)
    assert "listen_addresses=127.0.0.1" in told
    assert "unix_socket_directories=" in told


def test_fsync_is_on_unless_turned_off() -> None:
    """Only tests can do without."""
    assert "fsync=on" in options(20500, fsync=True)
    assert "fsync=off" in options(20500, fsync=False)


def test_it_is_ready_when_it_says_so(tmp_path: Path) -> None:
    """As pg_ctl sees it."""
    (tmp_path / "postmaster.pid").write_text(SAID.format("ready   "))
    assert is_ready(tmp_path, 17)


def test_it_is_not_ready_while_it_starts(tmp_path: Path) -> None:
    """After a kill it recovers first."""
    (tmp_path / "postmaster.pid").write_text(SAID.format("starting"))
    assert not is_ready(tmp_path, 17)


def test_the_word_of_an_earlier_server_does_not_count(tmp_path: Path) -> None:
    """A killed server leaves its file behind."""
    (tmp_path / "postmaster.pid").write_text(SAID.format("ready   "))
    assert not is_ready(tmp_path, 18)
    (tmp_path / "postmaster.pid").unlink()
    assert not is_ready(tmp_path, 17)
