"""What is missing is said in one line, with how to install it."""

import pytest

from deploy.local.tools import Found, complaint, java_version, provided_complaint

COMPLETE = Found(python=(3, 11), java=17, maven=True)


def test_nothing_is_said_when_all_is_there() -> None:
    """A complete machine gives no complaint."""
    assert complaint(COMPLETE, maven_needed=True) is None


def test_maven_is_not_asked_for_once_the_jars_are_there() -> None:
    """Maven is needed for fetching only."""
    assert complaint(COMPLETE._replace(maven=False), maven_needed=False) is None


def test_all_that_is_missing_is_in_one_line() -> None:
    """One line names each missing tool, the version found where it is too old, and a command for either system."""
    assert complaint(Found(python=(3, 9), java=11, maven=False), maven_needed=True) == (
        "Missing: Python 3.11 or later (this is 3.9), Java 17 or later (this is 11), Maven. "
        "Debian: apt-get install python3 python3-venv default-jre-headless maven; "
        "macOS: brew install python temurin maven"
    )


def test_a_java_that_does_not_run_is_missing() -> None:
    """No version is claimed for what could not be run."""
    line = complaint(COMPLETE._replace(java=None), maven_needed=True)
    assert line == (
        "Missing: Java 17 or later. Debian: apt-get install default-jre-headless; macOS: brew install temurin"
    )


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "21" 2023-09-19', 21),
        ('java version "1.8.0_402"', 8),
        ("The operation couldn't be completed.", None),
    ],
)
def test_the_version_of_java_is_read(said: str, version: int | None) -> None:
    """Both styles of version number are understood, and other text is no version."""
    assert java_version(said) == version


def test_what_pdf_lacks_is_said_with_the_command() -> None:
    """In one line, for either system; nothing is said when all is there."""
    assert provided_complaint([]) is None
    assert provided_complaint(["libpango-1.0-0", "fonts-liberation"]) == (
        "Missing for PDF or tests: libpango-1.0-0, fonts-liberation. "
        "Debian: apt-get install libpango-1.0-0 fonts-liberation; "
        "macOS: brew install pango fontconfig font-liberation font-dejavu font-gnu-unifont chromium kcat"
    )
