"""Is one JSON value valid under a plain JSON Schema (no references)? Pure, and on the side of no: what it does not
understand refuses the value."""

import re
from typing import Any

SIZES = {"minLength": str, "maxLength": str, "minItems": list, "maxItems": list, "minProperties": dict}
SIZES |= {"maxProperties": dict}


def admits(schema: Any, value: Any) -> bool:
    """Whether the value is certainly valid."""
    if isinstance(schema, bool):
        return schema
    return all(_holds(keyword, wanted, value, schema) for keyword, wanted in schema.items())


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1 and 1.0 are, 1 and true are not, at any depth."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def is_a(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    match kind:
        case "null":
            return value is None
        case "integer":
            return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        case "number":
            return isinstance(value, int | float)
        case _:
            return isinstance(value, {"string": str, "array": list, "object": dict}.get(kind, ()))


def _holds(keyword: str, wanted: Any, value: Any, schema: dict[str, Any]) -> bool:
    number = is_a("number", value)
    match keyword:
        case "type":
            return any(is_a(kind, value) for kind in ([wanted] if isinstance(wanted, str) else wanted))
        case "const":
            return same(wanted, value)
        case "enum":
            return any(same(each, value) for each in wanted)
        case "anyOf":
            return any(admits(each, value) for each in wanted)
        case "allOf":
            return all(admits(each, value) for each in wanted)
        case "minimum":
            return not number or value >= wanted
        case "maximum":
            return not number or value <= wanted
        case "exclusiveMinimum":
            return not number or value > wanted
        case "exclusiveMaximum":
            return not number or value < wanted
        case "minLength" | "minItems" | "minProperties":
            return not isinstance(value, SIZES[keyword]) or len(value) >= wanted
        case "maxLength" | "maxItems" | "maxProperties":
            return not isinstance(value, SIZES[keyword]) or len(value) <= wanted
        case "pattern":
            return not isinstance(value, str) or re.search(wanted, value) is not None
        case "required":
            return not isinstance(value, dict) or all(name in value for name in wanted)
        case "items":
            return not isinstance(value, list) or all(admits(wanted, each) for each in value)
        case "properties":
            return not isinstance(value, dict) or all(
                admits(each, value[name]) for name, each in wanted.items() if name in value
            )
        case "additionalProperties":
            rest = set(value) - set(schema.get("properties", {})) if isinstance(value, dict) else ()
            return all(admits(wanted, value[name]) for name in rest)
        case _:  # format and multipleOf of a value of another type refuse nothing
            return (keyword == "format" and not isinstance(value, str)) or (keyword == "multipleOf" and not number)
