"""Says in one line what this machine lacks to run Kafka, PostgreSQL and the making of PDF, and how to install it.

Only the standard library is imported, and nothing newer than Python 3.8 is used, so that an old Python gets as far
as being told that it is too old: ``python3 -m deploy.local.tools``. With ``--provide``, what PDF needs (and with
``--tests`` what the tests run) is installed where we are root and have apt-get; otherwise the command is said.
"""

from __future__ import annotations

import ctypes.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

PYTHON = (3, 11)
JAVA = 17  # what Kafka 4 asks of a broker
LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
FONTS = {
    "Liberation Sans": "fonts-liberation",  # the widths of Arial, in which the reports are set
    "DejaVu Sans": "fonts-dejavu-core",  # arrows, and more scripts
    "Unifont": "fonts-unifont",  # what no other font has: nearly every script there is
}
"""What is looked for, and the Debian package that has it."""
PROGRAMS = ("chromium", "curl", "kcat")
"""What tests run, called as its Debian package; a test whose program is missing is skipped by name."""


class Missing(Exception):
    """A tool is missing or too old; the message is one line fit for a terminal."""


class Found(NamedTuple):
    """Versions of what is installed; None for what is not."""

    python: tuple[int, int]
    java: int | None
    maven: bool


def java() -> str:
    """The Java to run: that of JAVA_HOME where it is set, else the one on the path."""
    home = os.environ.get("JAVA_HOME")
    there = Path(home) / "bin" / "java" if home else None
    return str(there) if there and there.exists() else "java"


def java_version(output: str) -> int | None:
    """The major version in what ``java -version`` prints; 8 for the old style ``1.8.0``."""
    match = re.search(r'version "(?:1\.)?(\d+)', output)
    return int(match[1]) if match else None


def look() -> Found:
    """What is installed here."""
    try:
        # Run it, since macOS has a /usr/bin/java that only says that there is no Java.
        ran = subprocess.run([java(), "-version"], capture_output=True, text=True, check=False)
        version = java_version(ran.stderr) if ran.returncode == 0 else None
    except OSError:
        version = None
    return Found(sys.version_info[:2], version, shutil.which("mvn") is not None)


def complaint(found: Found, *, maven_needed: bool) -> str | None:
    """One line naming what is missing and how to install it on Debian and on macOS; None if all is there."""
    lacking: list[tuple[str, str, str]] = []
    if found.python < PYTHON:
        have = ".".join(map(str, found.python))
        lacking.append((f"Python 3.11 or later (this is {have})", "python3 python3-venv", "python"))
    if found.java is None or found.java < JAVA:
        have = f" (this is {found.java})" if found.java else ""
        lacking.append((f"Java {JAVA} or later{have}", "default-jre-headless", "temurin"))
    if maven_needed and not found.maven:
        lacking.append(("Maven", "maven", "maven"))
    if not lacking:
        return None
    names = ", ".join(tool for tool, _, _ in lacking)
    debian, macos = " ".join(package for _, package, _ in lacking), " ".join(formula for _, _, formula in lacking)
    return f"Missing: {names}. Debian: apt-get install {debian}; macOS: brew install {macos}"


def lacking_for_pdf() -> list[str]:
    """The Debian packages of the libraries and fonts that are not here."""
    libraries = [package for name, package in LIBRARIES.items() if ctypes.util.find_library(name) is None]
    try:
        ran = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False)
        families = {name.strip() for line in ran.stdout.splitlines() for name in line.split(",")}
    except OSError:
        families = set()
    return libraries + [package for family, package in FONTS.items() if family not in families]


def lacking_for_tests() -> list[str]:
    """The Debian packages of the programs that are not here; CHROMIUM may name one elsewhere."""
    return [name for name in PROGRAMS if shutil.which(os.environ.get(name.upper()) or name) is None]


def provided_complaint(packages: list[str]) -> str | None:
    """One line on what is not here, for Debian and for macOS; None if all is there."""
    if not packages:
        return None
    return (
        f"Missing for PDF or tests: {', '.join(packages)}. Debian: apt-get install {' '.join(packages)}; "
        "macOS: brew install pango fontconfig font-liberation font-dejavu font-gnu-unifont chromium kcat"
    )


def provide(lacking: Callable[[], list[str]]) -> str | None:
    """Installs what is lacking where we may; returns the one line where we may not, or where it is not to be had."""
    packages = lacking()
    if packages and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stderr.write(f"• Installing {', '.join(packages)}\n")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            subprocess.run(["apt-get", "-qq", *command], env=quiet, stdout=subprocess.DEVNULL, check=False)
        packages = lacking()
    return provided_complaint(packages)


def check(*, maven_needed: bool) -> None:
    """Raises Missing with the one line, or returns."""
    line = complaint(look(), maven_needed=maven_needed)
    if line:
        raise Missing(line)


if __name__ == "__main__":
    if "--provide" not in sys.argv:
        sys.exit(complaint(look(), maven_needed=True))
    for_tests = "--tests" in sys.argv
    said = provide(lambda: lacking_for_pdf() + (lacking_for_tests() if for_tests else []))
    if said:  # no reason to stop: all else can be made and tested
        sys.stderr.write(said + "\n")
