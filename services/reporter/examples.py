"""Examples that departments share, in one place: by service and by kind of well-being, without any script. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from services.reporter import addresses, succession
from services.reporter.evidence import STRANDS, Said
from shared.departments import Register
from shared.times import london_day, parse


@dataclass(frozen=True, slots=True)
class Example:
    """`code` is the department that shared it; `url` and `ocid` where it gave them."""

    title: str
    code: str
    department: str
    service: str
    strands: tuple[str, ...]
    outcome: str
    url: str | None
    ocid: str | None
    shared_on: date


def read(said: Iterable[Said], register: Register, on: date) -> list[Example]:
    """The newest first; departments by the names they have today, or had last."""
    found = [
        Example(
            title=each.fact.value["title"],
            code=each.department,
            department=succession.names_on(register, each.department, on).name
            if register.has_department(each.department)
            else each.department,
            service=each.fact.value["service"],
            strands=tuple(name for name in STRANDS if name in each.fact.value["strands"]),
            outcome=each.fact.value["outcome"],
            url=each.fact.value.get("url"),
            ocid=each.fact.value.get("ocid"),
            shared_on=london_day(parse(each.fact.at)),
        )
        for each in said
    ]
    return sorted(found, key=lambda e: (-e.shared_on.toordinal(), e.title.casefold(), e.code))


def view(found: Sequence[Example], *, service: str = "", strand: str = "") -> dict[str, Any]:
    """Those of a service and a strand where these are given. Filters are links, each keeping the other's choice."""
    chosen = [e for e in found if (not service or e.service == service) and (not strand or strand in e.strands)]
    services = sorted({e.service for e in found}, key=str.casefold)
    return {
        "nav": "",
        "title": "Examples",
        "examples": [_shown(e) for e in chosen],
        "services": [_filter("All services", "", service, strand, "service")]
        + [_filter(name, name, service, strand, "service") for name in services],
        "strands": [_filter("All kinds", "", service, strand, "strand")]
        + [_filter(name.capitalize(), name, service, strand, "strand") for name in STRANDS],
        "words": f"{len(chosen)} of {len(found)} shown" if len(chosen) != len(found) else f"{len(found)} shown",
    }


def _shown(example: Example) -> dict[str, Any]:
    return {
        "title": example.title,
        "department": example.department,
        "address": addresses.department(example.code),
        "service": example.service,
        "strands": ", ".join(example.strands),
        "outcome": example.outcome,
        "url": example.url,
        "procurement": addresses.procurement(example.ocid) if example.ocid else None,
        "shared_on": example.shared_on,
    }


def _filter(words: str, value: str, service: str, strand: str, name: str) -> dict[str, Any]:
    asked = {"service": service, "strand": strand} | {name: value}
    query = urlencode({key: text for key, text in asked.items() if text})
    return {"words": words, "address": f"/examples?{query}" if query else "/examples",
            "chosen": value == (service if name == "service" else strand)}  # fmt: skip
