"""The bill of materials: what the image holds, as CycloneDX 1.6 in JSON. Pure."""

import re
from collections.abc import Iterable
from typing import Any

from deploy.audit.licences import Package

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def locked(requirements: str) -> dict[str, str]:
    """A lock file's packages: normalised name → version."""
    return {normalised(entry[1]): entry[2] for entry in PINNED.finditer(requirements)}


def normalised(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def bom(requirements: str, packages: Iterable[Package], *, version: str) -> dict[str, Any]:
    """The components in the order of their names. What is not installed here says no licence."""
    licences = {normalised(package.name): package.licences for package in packages}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "social-value-returns", "version": version,
                          "bom-ref": "social-value-returns"},
        },
        "components": [
            {
                "type": "library",
                "bom-ref": f"pkg:pypi/{name}@{release}",
                "name": name,
                "version": release,
                "purl": f"pkg:pypi/{name}@{release}",
                "licenses": [{"license": {"name": licence}} for licence in licences.get(name, ())],
            }
            for name, release in sorted(locked(requirements).items())
        ],
    }  # fmt: skip
