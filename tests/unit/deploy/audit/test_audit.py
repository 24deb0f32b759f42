"""The other checks of make audit: the bill of materials, and what pip-audit says."""

from deploy.audit.__main__ import Outcome, vulnerabilities
from deploy.audit.licences import Package
from deploy.audit.sbom import bom, locked

LOCK = """\
Jinja2==3.1.6 \\
    --hash=sha256:0000000000000000000000000000000000000000000000000000000000000001 \\
    --hash=sha256:0000000000000000000000000000000000000000000000000000000000000002
aiokafka==0.14.0 ; python_full_version >= '3.11' \\
    --hash=sha256:0000000000000000000000000000000000000000000000000000000000000003
"""
SOUND = {"name": "a", "version": "1", "vulns": []}
FLAWED = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
UNKNOWN = {"name": "c", "skip_reason": "not found"}


def test_a_lock_file_is_read_whole() -> None:
    """Names as PEP 503 writes them, versions without markers."""
    assert locked(LOCK) == {"jinja2": "3.1.6", "aiokafka": "0.14.0"}


def test_the_bill_of_materials_names_every_package_of_the_image() -> None:
    """In the order of names, with the licence of what is installed here."""
    found = bom(LOCK, [Package("Jinja2", "3.1.6", ("BSD License",))], version="1.2")
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    assert [(c["purl"], c["licenses"]) for c in found["components"]] == [
        ("pkg:pypi/aiokafka@0.14.0", []),
        ("pkg:pypi/jinja2@3.1.6", [{"license": {"name": "BSD License"}}]),
    ]


def test_a_known_vulnerability_is_named_with_its_cure() -> None:
    """What the service does not know is counted apart."""
    assert vulnerabilities([SOUND, FLAWED, UNKNOWN]) == Outcome(
        "2 packages, 1 unknown", ["b 2: PYSEC-1, mended in 2.1"]
    )


def test_where_no_package_is_known_nothing_was_audited() -> None:
    """That is told, and not taken for "nothing found"."""
    outcome = vulnerabilities([UNKNOWN, UNKNOWN])
    assert (outcome.findings, outcome.could_not) == ([], "the service that pip-audit asks knows none of 2 packages")
