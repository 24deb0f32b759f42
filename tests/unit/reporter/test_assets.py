"""The build of the style sheet, and what it is made from."""

import json
from pathlib import Path

import pytest

from deploy.local import assets
from services.reporter import stylesheets


def test_a_file_is_named_by_its_content() -> None:
    """Other content, other name; the same content, the same name anywhere."""
    assert assets.fingerprinted("app.css", b"body{}") == "app-7c98040a5416.css"
    assert assets.fingerprinted("app.css", b"a") != assets.fingerprinted("app.css", b"b")


@pytest.mark.parametrize(("said", "version"), [("v20.20.2\n", 20), ("v8.1.0", 8), ("", 0), ("node 20", 0)])
def test_the_version_of_node_is_read(said: str, version: int) -> None:
    """An old one, or none, is passed over."""
    assert assets.major(said) == version


def test_the_digest_is_of_names_and_contents(tmp_path: Path) -> None:
    """In whatever order they are given."""
    one, two = tmp_path / "a", tmp_path / "b"
    one.write_text("1")
    two.write_text("2")
    before = assets.digest([one, two])
    assert before == assets.digest([two, one])
    two.write_text("3")
    assert before != assets.digest([one, two])


def test_the_lock_file_names_no_host() -> None:
    """Where packages come from is a matter of the machine, not of the repository."""
    lock = (assets.ROOT / "package-lock.json").read_text()
    assert "://" not in lock
    assert all("integrity" in package for path, package in json.loads(lock)["packages"].items() if path)


def test_a_folder_without_a_build_says_what_to_do(tmp_path: Path) -> None:
    """When the service is started before its set-up."""
    with pytest.raises(FileNotFoundError, match=r"python -m deploy\.local\.assets"):
        stylesheets.load(tmp_path)


def test_a_build_is_loaded_by_its_manifest(tmp_path: Path) -> None:
    """The name that pages link to, and the bytes that are served."""
    (tmp_path / "manifest.json").write_text('{"app.css": "app-1.css"}')
    (tmp_path / "app-1.css").write_bytes(b"body{}")
    assert stylesheets.load(tmp_path) == stylesheets.Assets({"app-1.css": b"body{}"}, "/assets/app-1.css")
