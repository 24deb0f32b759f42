"""Java writes the archive of classes once, and uses it from then on."""

from pathlib import Path

import pytest

from deploy.local import jars
from deploy.local.class_archive import ClassArchive


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node's own folder, beside a cache that holds no archive."""
    monkeypatch.setattr(jars, "CACHE", tmp_path)
    (tmp_path / "node").mkdir()
    return tmp_path / "node"


def test_without_an_archive_java_writes_one(own: Path) -> None:
    """But only a long-lived program, whose classes are worth keeping."""
    archive = ClassArchive(own)
    assert f"-XX:ArchiveClassesAtExit={own / 'classes.jsa'}" in archive.flags(may_write=True)
    assert not [flag for flag in archive.flags(may_write=False) if "classes" in flag]


def test_what_was_written_is_used_from_then_on(own: Path) -> None:
    """By every node, so it moves to the cache."""
    archive = ClassArchive(own)
    (own / "classes.jsa").write_bytes(b"classes")
    archive.collect()
    (shared,) = own.parent.glob("classes-*.jsa")
    assert shared.read_bytes() == b"classes"
    assert f"-XX:SharedArchiveFile={shared}" in archive.flags(may_write=True)
    assert not (own / "classes.jsa").exists()


def test_an_exit_that_wrote_nothing_leaves_nothing(own: Path) -> None:
    """As with a Java that knows no archives."""
    ClassArchive(own).collect()
    assert list(own.parent.glob("classes-*")) == []
