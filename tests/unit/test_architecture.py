"""What the files beside the code promise: pinned, hashed, and without the address of any registry or host."""

import json
import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = "".join((ROOT / lock).read_text() for lock in ("requirements.txt", "deploy/audit/requirements.txt"))
LOCK = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def requirements() -> list[str]:
    """Every requirement with its hashes, on one line."""
    lines = re.sub(r"\\\n\s*", "", REQUIREMENTS).splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def test_every_python_package_is_pinned_and_hashed() -> None:
    """Nobody can be given another package than we were."""
    loose = [
        line
        for line in requirements()
        if not re.fullmatch(r"[a-z0-9._-]+==\S+( ; [^#]+?)?( ?--hash=sha256:[0-9a-f]{64})+", line)
    ]
    assert loose == []


def test_every_dependency_of_the_project_is_locked() -> None:
    """At the version that the project asks for."""
    groups = [item for group in PROJECT["dependency-groups"].values() for item in group if isinstance(item, str)]
    asked = {re.sub(r"\[.*?\]", "", item) for item in (*PROJECT["project"]["dependencies"], *groups)}
    locked = {re.split(r"[ ;]", line, maxsplit=1)[0] for line in requirements()}
    assert asked - locked == set()


def test_the_python_lock_names_no_registry() -> None:
    """Whoever installs says where from."""
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", REQUIREMENTS)


def test_every_node_package_is_hashed_and_names_no_registry() -> None:
    """All but the project itself, which is the entry without a name."""
    packages = {name: package for name, package in LOCK["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_every_maven_artifact_is_pinned_and_names_no_repository() -> None:
    """What is copied is checked against hashes of its own."""
    pom = ElementTree.parse(ROOT / "deploy/local/pom.xml").getroot()  # noqa: S314 - the file is ours
    names = [element.tag.rpartition("}")[2] for element in pom.iter()]
    assert not {"repository", "repositories", "pluginRepository", "url"} & set(names)
    versions = [element.text for element in pom.iter() if element.tag.endswith("}version")]
    assert [version for version in versions if not re.fullmatch(r"[0-9][0-9.]*", version or "")] == []


def test_every_jar_has_a_hash() -> None:
    """One line a jar, each jar once."""
    lines = (ROOT / "deploy/local/kafka.sha256").read_text("utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[0-9a-f]{64}  \S+\.jar", line)] == []
    assert len({line.split()[1] for line in lines}) == len(lines)
