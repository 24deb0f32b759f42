"""The jars of Apache Kafka, fetched by Maven once and checked against the committed SHA-256 list."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from deploy.local import tools

HERE = Path(__file__).parent
POM = HERE / "pom.xml"
SUMS = HERE / "kafka.sha256"
CACHE = HERE.parent.parent / ".cache" / "kafka"
LIBS = CACHE / "libs"


class FetchFailed(Exception):
    """Maven could not copy the jars, or copied others than those committed to."""


def read_sums(text: str) -> dict[str, str]:
    """SHA-256 by file name, from a list as ``sha256sum`` writes it."""
    return {name: digest for digest, name in (line.split(maxsplit=1) for line in text.splitlines())}


def differing(folder: Path, sums: dict[str, str]) -> list[str]:
    """The names in the list that are absent from the folder or have another content there."""
    return [name for name, expected in sums.items() if _digest(folder / name) != expected]


def _digest(file: Path) -> str | None:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def ensure() -> list[Path]:
    """The jars in a fixed order, fetched first if any is absent or not what the list says."""
    sums = read_sums(SUMS.read_text())
    lacking = bool(differing(LIBS, sums))
    tools.check(maven_needed=lacking)
    if lacking:
        _fetch(sums)
    # Not whatever lies in the folder: only what was checked runs, and a class archive wants the same order each time.
    return [LIBS / name for name in sorted(sums)]


def _fetch(sums: dict[str, str]) -> None:
    fresh = CACHE / f"libs.{os.getpid()}"
    fresh.mkdir(parents=True)
    try:
        maven = subprocess.run(
            ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies",
             "-DincludeScope=runtime", f"-DoutputDirectory={fresh}"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if maven.returncode:
            said = "\n".join(maven.stdout.splitlines()[-15:])
            raise FetchFailed(f"Maven could not copy the jars of Apache Kafka. It said last:\n{said}")
        wrong = differing(fresh, sums)
        if wrong:
            raise FetchFailed(
                f"Not what deploy/local/{SUMS.name} says: {', '.join(wrong)}. If Maven's own copy is damaged, "
                "delete it from the local repository (~/.m2) and try again."
            )
        shutil.rmtree(LIBS, ignore_errors=True)
        fresh.rename(LIBS)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
