"""python -m deploy.audit: every check, one table. Exit codes: 0 nothing found, 1 something was."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.audit import leaks, licences, sbom

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
TOOLS = ROOT / ".local" / "audit" / "bin"
BOM = ROOT / ".local" / "sbom.cdx.json"
LOCKS = ("requirements.txt", "deploy/requirements.txt")
SECONDS = 300
NOT_WANTED = [
    "DL3008"
]  # versions of Debian's packages: its security updates take old ones away, and the build with them


@dataclass(frozen=True, slots=True)
class Outcome:
    """`could_not` says why a check could not run, which fails nothing but is told."""

    looked_at: str
    findings: list[str] = field(default_factory=list)
    could_not: str = ""


def check_licences() -> Outcome:
    packages = licences.installed()
    return Outcome(f"{len(packages)} packages", list(licences.findings(packages)))


def check_vulnerabilities() -> Outcome:
    """By pip-audit, from the lock files alone. It asks a service on the internet, about one package after the other."""
    said: list[dict[str, Any]] = []
    for lock in LOCKS:
        done = subprocess.run(
            [TOOLS / "pip-audit", "--require-hashes", "--disable-pip", "--format=json", "--progress-spinner=off",
             "-r", lock],
            cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        try:
            said += json.loads(done.stdout)["dependencies"]
        except ValueError:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            return Outcome("", could_not=f"pip-audit: {last[:160]}")
    return vulnerabilities(said)


def vulnerabilities(said: Sequence[Mapping[str, Any]]) -> Outcome:
    """pip-audit's words for the packages → the outcome. What its service does not know was not audited."""
    audited = [each for each in said if "skip_reason" not in each]
    if not audited:
        return Outcome("", could_not=f"the service that pip-audit asks knows none of {len(said)} packages")
    skipped = len(said) - len(audited)
    found = {
        f"{each['name']} {each['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'none'}"
        for each in audited
        for flaw in each["vulns"]
    }
    return Outcome(f"{len(audited)} packages" + (f", {skipped} unknown" if skipped else ""), sorted(found))


def check_secrets() -> Outcome:
    """Every text file under version control."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    allowed = tomllib.loads((HERE / "allowed.toml").read_text("utf-8"))["allowed"]
    paths = [path for path in listed.stdout.split("\0") if path and (ROOT / path).is_file()]
    found = []
    for path in paths:
        try:
            text = (ROOT / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue  # no text
        found += [
            f"{leak.path}:{leak.line}: {leak.kind} ({leak.sha256})" for leak in leaks.scan(path, text, allowed=allowed)
        ]
    return Outcome(f"{len(paths)} files", found)


def check_dockerfile() -> Outcome:
    """By hadolint; what it only advises is not counted."""
    done = subprocess.run(
        [TOOLS / "hadolint", "--format=json", *(f"--ignore={rule}" for rule in NOT_WANTED), "deploy/Dockerfile"],
        cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    try:
        said = json.loads(done.stdout)
    except ValueError:
        return Outcome("", could_not=f"hadolint: {done.stderr.strip()[:160]}")
    serious = [each for each in said if each["level"] in ("error", "warning")]
    return Outcome("deploy/Dockerfile", [f"line {e['line']}: {e['code']} {e['message']}" for e in serious])


def write_bom() -> Outcome:
    """What the image holds."""
    found = sbom.bom(
        (ROOT / "deploy/requirements.txt").read_text("utf-8"),
        licences.installed(),
        version=version("social-value-returns"),
    )
    BOM.parent.mkdir(exist_ok=True)
    BOM.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return Outcome(f"{len(found['components'])} components in {BOM.relative_to(ROOT)}")


CHECKS: Mapping[str, Callable[[], Outcome]] = {
    "Licences": check_licences,
    "Known vulnerabilities": check_vulnerabilities,
    "Secrets": check_secrets,
    "Dockerfile": check_dockerfile,
    "Bill of materials": write_bom,
}


def main() -> int:
    console = Console()
    table = Table("Check", "Looked at", "Found")
    failed = False
    for name, check in CHECKS.items():
        outcome = check()
        failed = failed or bool(outcome.findings)
        for finding in outcome.findings:
            console.print(f"{name}: {finding}", markup=False, soft_wrap=True)
        said = f"could not run: {outcome.could_not}" if outcome.could_not else str(len(outcome.findings) or "nothing")
        table.add_row(name, outcome.looked_at, escape(said))
    console.print(table)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
