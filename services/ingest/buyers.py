"""Whose notice it is: the lead buyer of an OCDS release, by every id and the name that a register may know it by."""

from collections.abc import Iterable, Mapping
from typing import Any

Json = Mapping[str, Any]
_NOTHING: Json = {}


def buyer_of(release: Json) -> tuple[list[str], str | None]:
    """Ids, the buyer's own first and identifiers as `scheme-id`, and the name; whatever has another shape is left out.

    The lead buyer is the party that `buyer` points to, else the first party in that role.
    """
    named = _object(release.get("buyer"))
    lead = _text(named.get("id"))
    buyers = [party for party in _objects(release.get("parties")) if "buyer" in _list(party.get("roles"))]
    party = next((p for p in buyers if _text(p.get("id")) == lead), buyers[0] if buyers else _NOTHING)
    ids = [lead, _text(party.get("id"))]
    for identifier in (_object(party.get("identifier")), *_objects(party.get("additionalIdentifiers"))):
        scheme, id = _text(identifier.get("scheme")), _text(identifier.get("id"))
        if scheme and id:
            ids.append(f"{scheme}-{id}")
    return list(dict.fromkeys(id for id in ids if id)), _text(named.get("name")) or _text(party.get("name"))


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else _NOTHING


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> Iterable[Json]:
    return (each for each in _list(value) if isinstance(each, dict))


def _text(value: Any) -> str | None:
    """OCDS allows integers for identifiers."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return (value.strip() or None) if isinstance(value, str) else None
