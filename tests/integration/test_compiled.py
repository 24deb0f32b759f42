"""The wheel as it is shipped, its core compiled: there too the core's own tests hold, and the rows are the same."""

import json
import os
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

from deploy import wheel
from deploy.local.tools import Missing
from tests.compose import ROOT

CORE = (
    "tests/unit/aggregator",
    *(f"tests/unit/shared/test_{name}.py" for name in ("departments", "envelope", "periods", "times")),
)
TABLE = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]
SOURCES = {
    path.relative_to(ROOT)
    for package, names in TABLE["custom"]["modules"].items()
    for name in names
    for path in (ROOT / package).glob(f"{name}.py")
}
FILES = {".".join(source.with_suffix("").parts).removesuffix(".__init__"): source for source in SOURCES}
"""The modules that are compiled, by their names."""
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")

TESTS = """
import importlib, json, sys
import pytest
code = pytest.main(sys.argv[3:])
loaded = {name: importlib.import_module(name).__file__ for name in sys.argv[2].split(",")}
open(sys.argv[1], "w").write(json.dumps(loaded))
sys.exit(code)
"""
ROWS = """
import hashlib, sys
sys.modules.update(dict.fromkeys(("librt", "mypy", "mypy_extensions", "mypyc", "setuptools")))  # the image has none
from services.aggregator import assessment, checking, marking, subjects
from shared.departments import load_register
from shared.rules import load_rules
from tests.bench.data import once
by_key, register, rules, digest = {}, load_register(), load_rules(), hashlib.sha256()
for event in once():
    by_key.setdefault(event.subject, []).append(event)
    marks = sorted({marking.sender_mark(event), *marking.subject_marks([event.subject])}, key=repr)
    digest.update(repr((checking.check(event, ""), event.sha256, marks)).encode())
for key, events in by_key.items():
    subject = subjects.build(key, events)
    digest.update(repr(subject.to_json()).encode())
    if key.startswith("ocds-"):
        row = assessment.assess(subject, register=register, rules=rules)
        digest.update(repr([(name, getattr(row, name)) for name in row.__annotations__]).encode())
print(assessment.__file__, len(by_key), digest.hexdigest())
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled wheel."""
    try:
        return wheel.build(tmp_path_factory.mktemp("wheel"))
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def unpacked(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder of packages."""
    folder = tmp_path_factory.mktemp("unpacked")
    with ZipFile(built) as packed:
        packed.extractall(folder)
    return folder


def run(program: str, *arguments: str, first: Path) -> subprocess.CompletedProcess[str]:
    """With the packages of one folder before the sources, from which `tests` come."""
    return subprocess.run(
        [sys.executable, "-P", "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": f"{first}{os.pathsep}{ROOT}", "PYTHONHASHSEED": "0"}, timeout=300,
    )  # fmt: skip


def test_compiled_modules_are_beside_their_sources_and_nowhere_else(built: Path) -> None:
    """For this platform alone; and the sources stay interpreted: nothing of the build is left among them."""
    assert not built.name.endswith("-none-any.whl")
    packed = set(ZipFile(built).namelist())
    assert SOURCES
    assert {f"{source.with_suffix('')}{SUFFIX}" for source in SOURCES} <= packed
    assert {str(source) for source in SOURCES} <= packed
    packages = [ROOT / name for name in ("services", "shared", "deploy")]
    assert [path for package in packages for path in package.rglob(f"*{SUFFIX}")] == []
    assert list(ROOT.glob(f"*{SUFFIX}")) == []


def test_the_tests_of_the_core_hold_on_the_compiled_one(unpacked: Path, tmp_path: Path) -> None:
    """Arbitrary JSON in a notice among them: types that mypyc checks may not turn an odd notice into an exception."""
    options = ["-q", "-p", "no:cacheprovider", "-o", "pythonpath=", "--hypothesis-profile=ci"]
    ran = run(TESTS, str(tmp_path / "loaded.json"), ",".join(FILES), *options, *CORE, first=unpacked)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    loaded = json.loads((tmp_path / "loaded.json").read_text())
    assert loaded == {name: f"{unpacked / source.with_suffix('')}{SUFFIX}" for name, source in FILES.items()}


def test_facts_and_rows_of_the_sample_are_the_same(unpacked: Path) -> None:
    """Byte for byte, and without what the image does not have."""
    compiled, interpreted = run(ROWS, first=unpacked), run(ROWS, first=ROOT)
    assert compiled.returncode == 0, compiled.stderr
    assert interpreted.returncode == 0, interpreted.stderr
    file, *rows = compiled.stdout.split()
    assert file.endswith(SUFFIX)
    assert interpreted.stdout.split() == [str(ROOT / "services/aggregator/assessment.py"), *rows]


def test_without_a_compiler_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, before anything is built."""
    monkeypatch.setenv("CC", str(tmp_path / "cc"))
    with pytest.raises(Missing, match=r"a C compiler.* apt-get install gcc") as raised:
        wheel.build(tmp_path / "into")
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "into").exists()
