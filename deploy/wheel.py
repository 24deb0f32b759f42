"""python -m deploy.wheel: builds the wheel with the pure core compiled (`deploy/compiling.py`) into a folder."""

import argparse
import os
import shlex
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from deploy.local.tools import Missing

ROOT = Path(__file__).resolve().parent.parent


def check() -> None:
    """Raises Missing, with one line, where no C program that includes Python.h would compile."""
    compiler = os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc"
    try:
        done = subprocess.run(
            [*shlex.split(compiler), "-I", sysconfig.get_path("include"), "-fsyntax-only", "-x", "c", "-"],
            input="#include <Python.h>\n", text=True, capture_output=True, check=False,
        )  # fmt: skip
        lacking = done.returncode != 0
    except OSError:
        lacking = True
    if lacking:
        raise Missing(
            "Missing for the compiled wheel: a C compiler, or Python's headers for it. "
            "Debian: apt-get install gcc libc6-dev python3-dev; macOS: xcode-select --install"
        )


def build(into: Path) -> Path:
    """The path of the wheel, built in ``into``, which may hold others.

    Raises Missing where this machine cannot compile, and CalledProcessError, its output on standard error, where
    the modules do not.
    """
    check()
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into) as apart:
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        subprocess.run(
            [*command, "--wheel-dir", apart, str(ROOT)],
            env={**os.environ, "HATCH_BUILD_HOOK_ENABLE_CUSTOM": "true"}, check=True,
        )  # fmt: skip
        (wheel,) = Path(apart).glob("*.whl")
        return wheel.replace(into / wheel.name)


def main() -> int:
    """Exit codes: 0 done, 1 failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m deploy.wheel", description=__doc__)
    parser.add_argument("folder", type=Path)
    try:
        wheel = build(parser.parse_args().folder)
    except (Missing, OSError, subprocess.CalledProcessError) as fault:
        sys.stderr.write(f"python -m deploy.wheel: {fault}\n")
        return 1
    sys.stdout.write(f"{wheel}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
