"""The jars are the ones that were committed to."""

import hashlib
import re
from pathlib import Path

import pytest

from deploy.local import jars, kafka

ONE, TWO = b"one", b"two"
SUMS = {"one.jar": hashlib.sha256(ONE).hexdigest(), "two.jar": hashlib.sha256(TWO).hexdigest()}


@pytest.fixture
def libs(tmp_path: Path) -> Path:
    """A folder in which both files are as the list says."""
    (tmp_path / "one.jar").write_bytes(ONE)
    (tmp_path / "two.jar").write_bytes(TWO)
    return tmp_path


def test_matching_files_do_not_differ(libs: Path) -> None:
    """All as listed: nothing to fetch."""
    assert jars.differing(libs, SUMS) == []


def test_an_absent_and_a_changed_file_differ(libs: Path) -> None:
    """Both are named."""
    (libs / "one.jar").unlink()
    (libs / "two.jar").write_bytes(b"other")
    assert jars.differing(libs, SUMS) == ["one.jar", "two.jar"]


def test_the_list_is_read_as_sha256sum_writes_it() -> None:
    """One line a file: digest, two spaces, name."""
    text = "".join(f"{digest}  {name}\n" for name, digest in SUMS.items())
    assert jars.read_sums(text) == SUMS


def test_the_committed_list_has_the_version_that_is_named() -> None:
    """The version in words, the POM and the list agree."""
    assert f"kafka_2.13-{kafka.VERSION}.jar" in jars.read_sums(jars.SUMS.read_text())
    assert f"<version>{kafka.VERSION}</version>" in jars.POM.read_text()


def test_the_pom_names_no_repository() -> None:
    """Where jars come from is the machine's own configuration; the only addresses are XML namespaces."""
    text = jars.POM.read_text()
    assert "<repository>" not in text
    assert {re.sub(r"/POM/.*|/xsd/.*|/2001/.*", "", found) for found in re.findall(r"https?://[^\s\"]+", text)} == {
        "http://maven.apache.org",
        "http://www.w3.org",
    }
