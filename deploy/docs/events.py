"""docs/events.md and docs/schemas/*.json from the event catalogue."""

import json
from typing import Any

from shared.contracts.schemas import schema
from shared.events.catalogue import CATALOGUE, PREFIX, SUBJECTS, EventType, Kind


def schemas() -> dict[str, str]:
    """File name → JSON Schema, for every type."""
    return {
        f"{row.name}.v1.json": json.dumps(schema(row), indent=2, sort_keys=True) + "\n" for row in CATALOGUE.values()
    }


def markdown() -> str:
    kinds: list[tuple[Kind | None, str]] = [(kind, f"About a {kind.value}") for kind in Kind]
    sections = "\n".join(
        f"## {title}\n\n{_subject(kind)}\n\n" + "\n".join(_event(row) for row in _rows(kind))
        for kind, title in [*kinds, (None, "About any of these")]
    )
    return f"""# Events

Generated from `shared/events/catalogue.py` by `make docs`.

CloudEvents 1.0 in JSON. `type` is `{PREFIX}<name>.v1`; `source` is the sending system's URI and, with `id`, identifies
the event; `subject` says what it is about; `time` is when it happened. All five are required. `recordedtime` and
`traceparent` are understood. A property that a type does not name is refused; an OCDS release may hold any.

{sections}"""


def _rows(kind: Kind | None) -> list[EventType]:
    return [row for row in CATALOGUE.values() if row.kind is kind]


def _subject(kind: Kind | None) -> str:
    return "`subject`: that of the event withdrawn." if kind is None else f"`subject`: {SUBJECTS[kind][1]}."


def _event(row: EventType) -> str:
    described = row.model.model_json_schema()
    required = set(described.get("required", ()))
    lines = [
        f"| `{name}` | {_type(prop, described)} | {'yes' if name in required else ''} | {prop.get('description', '')} |"
        for name, prop in described.get("properties", {}).items()
    ]
    senders = ", ".join(sorted(role.value for role in row.senders))
    return (
        f"### {row.name}\n\n{(row.model.__doc__ or '').strip()}\n\nSent by: {senders}. "
        f"[Schema](schemas/{row.name}.v1.json)\n\n"
        "| property | type | required | |\n|---|---|---|---|\n" + "\n".join(lines) + "\n"
    )


def _type(prop: dict[str, Any], whole: dict[str, Any]) -> str:
    """A property's type in a few words."""
    if "$ref" in prop:
        return _type(whole["$defs"][prop["$ref"].rpartition("/")[2]], whole)
    if "enum" in prop:
        return " \\| ".join(f"`{value}`" for value in prop["enum"])
    if "const" in prop:
        return f"`{json.dumps(prop['const'])}`"
    if "anyOf" in prop:
        kinds = [_type(each, whole) for each in prop["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if prop.get("type") == "array":
        return f"list of {_type(prop.get('items', {}), whole)}"
    if prop.get("type") == "object" and "properties" in prop:
        return "{" + ", ".join(prop["properties"]) + "}"
    return str(prop.get("format") or prop.get("type") or "any")
