"""The style sheet of the pages, compiled from GOV.UK Frontend and our SCSS: ``python -m deploy.local.assets``.

Third-party CSS is built when a machine is set up, and never committed. What is built is named by its content, so that
a browser may keep it for ever; ``manifest.json`` says which name stands for ``app.css``.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
STYLES = ROOT / "services" / "reporter" / "styles"
OUTPUT = ROOT / "services" / "reporter" / "assets"
INPUTS = "inputs.sha256"
NODE = 18  # the oldest that sass and npm's lock file of version 3 run on


class BuildError(Exception):
    """npm or sass ended with an error; the message is what it said last."""


def major(version: str) -> int:
    """``v20.20.2`` → 20; 0 for anything else."""
    match = re.match(r"v(\d+)\.", version)
    return int(match[1]) if match else 0


def fingerprinted(name: str, content: bytes) -> str:
    """``app.css`` → ``app-1a2b3c4d5e6f.css``: other content, other name."""
    stem, dot, extension = name.rpartition(".")
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}{dot}{extension}"


def digest(files: list[Path]) -> str:
    """Of the files' names and contents, in the order of their names."""
    total = hashlib.sha256()
    for file in sorted(files):
        total.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def inputs() -> list[Path]:
    return [Path(__file__), ROOT / "package.json", ROOT / "package-lock.json", *STYLES.glob("*.scss")]


def is_current(wanted: str) -> bool:
    """Whether what lies in the output folder was built from these inputs, and lies there whole."""
    try:
        names = json.loads((OUTPUT / "manifest.json").read_text()).values()
        return (OUTPUT / INPUTS).read_text() == wanted and all((OUTPUT / name).is_file() for name in names)
    except (OSError, ValueError):
        return False


def environment() -> dict[str, str]:
    """With a node of at least `NODE` on the path: the system's, else the one in the virtual environment."""
    path = os.environ.get("PATH", os.defpath)
    system = shutil.which("node")
    if system and major(_run([system, "--version"], dict(os.environ))) >= NODE:
        return dict(os.environ)
    return {**os.environ, "PATH": f"{sysconfig.get_path('scripts')}{os.pathsep}{path}"}


def build() -> bool:
    """Builds what is not current. Returns whether there was something to do. Raises BuildError."""
    wanted = digest(inputs())
    if is_current(wanted):
        return False
    env = environment()
    _run(["npm", "ci", "--no-audit", "--no-fund"], env)
    sass = str(ROOT / "node_modules" / "sass" / "sass.js")
    options = ["--quiet-deps", "--style=compressed", "--no-source-map", f"--load-path={ROOT / 'node_modules'}"]
    css = _run(["node", sass, *options, str(STYLES / "app.scss")], env).encode()
    fresh = ROOT / ".cache" / f"assets.{os.getpid()}"
    fresh.mkdir(parents=True)
    try:
        name = fingerprinted("app.css", css)
        (fresh / name).write_bytes(css)
        (fresh / "manifest.json").write_text(json.dumps({"app.css": name}))
        (fresh / INPUTS).write_text(wanted)
        shutil.rmtree(OUTPUT, ignore_errors=True)
        fresh.rename(OUTPUT)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return True


def _run(command: list[str], env: dict[str, str]) -> str:
    ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if ran.returncode:
        said = "\n".join((ran.stdout + ran.stderr).splitlines()[-15:])
        raise BuildError(f"{' '.join(command[:2])} ended with code {ran.returncode}. It said last:\n{said}")
    return ran.stdout


if __name__ == "__main__":
    sys.stderr.write("assets: built\n" if build() else "assets: nothing has changed\n")
