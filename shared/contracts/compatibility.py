"""Does a new JSON Schema take everything that the old one took? Pure.

Sound, not complete: where no incompatibility is found, every instance valid under the old schema is valid under the
new one. A keyword of the new schema that is not understood counts as incompatible; one of the old schema that is not
understood is left out, which only makes more instances that the new schema must take.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.contracts.schemas import DIALECT
from shared.contracts.values import admits, same

Schema = bool | dict[str, Any]

ANNOTATIONS = frozenset({"$comment", "default", "deprecated", "description", "examples", "title"})
AT_ROOT = frozenset({"$defs", "$id", "$schema"})
TYPES = ("null", "boolean", "object", "array", "number", "string")
OF_TYPE: Mapping[str, frozenset[str]] = {
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "array": frozenset({"items", "minItems", "maxItems", "uniqueItems"}),
    "object": frozenset({"properties", "required", "additionalProperties", "minProperties", "maxProperties"}),
}
UNDERSTOOD = frozenset({"type", "enum", "const", "anyOf", "allOf"}).union(*OF_TYPE.values())
LEANING = (frozenset({"properties", "patternProperties", "additionalProperties"}), frozenset({"items", "prefixItems"}))
LEAST = ("minLength", "minItems", "minProperties")
MOST = ("maxLength", "maxItems", "maxProperties")


@dataclass(frozen=True, slots=True)
class Incompatibility:
    """`pointer` is a JSON pointer into what a sender sends; `*` stands for any item or property."""

    pointer: str
    reason: str


class _NotUnderstood(Exception):
    pass


def compatible(old: dict[str, Any], new: dict[str, Any]) -> list[Incompatibility]:
    """Nothing, or every place where the new schema refuses, or might refuse, what the old one took."""
    if same(old, new):
        return []
    if not {each.get("$schema", DIALECT) for each in (old, new)} <= {DIALECT}:
        return [Incompatibility("", f"only {DIALECT} is understood")]
    try:
        before, after = (_plain(each, each.get("$defs", {}), ()) for each in (old, new))
    except _NotUnderstood as fault:
        return [Incompatibility("", str(fault))]
    return list(_refused(before, after, ""))


def _plain(schema: Schema, definitions: Mapping[str, Any], within: tuple[str, ...]) -> Schema:
    """Without annotations, and with every `$ref` replaced by what it names. Raises _NotUnderstood."""
    if isinstance(schema, bool):
        return schema
    if within and "$id" in schema:
        raise _NotUnderstood("an inner $id is not understood")
    found: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in ANNOTATIONS or (keyword in AT_ROOT and not within):
            continue
        if keyword == "properties":
            found[keyword] = {name: _plain(each, definitions, (*within, "")) for name, each in value.items()}
        elif keyword in ("anyOf", "oneOf", "allOf"):
            found[keyword] = [_plain(each, definitions, (*within, "")) for each in value]
        elif keyword in ("items", "additionalProperties"):
            found[keyword] = _plain(value, definitions, (*within, ""))
        elif keyword != "$ref":
            found[keyword] = value
    if "$ref" not in schema:
        return found
    target = str(schema["$ref"])
    name = target.removeprefix("#/$defs/")
    if name == target or name not in definitions or target in within:
        raise _NotUnderstood(f"the reference {target} is not understood (elsewhere, or to itself)")
    inlined = _plain(definitions[name], definitions, (*within, target))
    return {**found, "allOf": [inlined, *found.get("allOf", [])]} if found else inlined


def _refused(old: Schema, new: Schema, at: str) -> Iterator[Incompatibility]:
    if same(old, new):
        return
    for alternative in _alternatives(old):
        yield from _refused_of(alternative, new, at)


def _alternatives(old: Schema) -> Iterator[dict[str, Any]]:
    """Schemas of one type, or of one value, that together take at least what `old` takes."""
    if old is False:
        return
    if old is True:
        old = {}
    for keyword in ("allOf", "anyOf", "oneOf"):
        if keyword in old:
            rest = {name: value for name, value in old.items() if name != keyword}
            # Of all that must hold, what the first asks is enough: fewer demands take more.
            for branch in old[keyword][:1] if keyword == "allOf" else old[keyword]:
                if branch is not False:
                    yield from _alternatives(_both(rest, branch if isinstance(branch, dict) else {}))
            return
    if "const" in old or "enum" in old:
        for value in [old["const"]] if "const" in old else old["enum"]:
            yield {"const": value}
        return
    types = old.get("type", TYPES)
    for kind in [types] if isinstance(types, str) else types:
        if kind == "boolean":
            yield {"const": True}
            yield {"const": False}
        elif kind == "null":
            yield {"const": None}
        else:
            yield {**old, "type": kind}


def _both(rest: dict[str, Any], branch: dict[str, Any]) -> dict[str, Any]:
    """Takes at least what both take together. Of keywords that lean on each other, the branch's count alone."""
    leaning = {name for group in LEANING if group & branch.keys() for name in group}
    return {name: value for name, value in rest.items() if name not in leaning} | branch


def _refused_of(old: dict[str, Any], new: Schema, at: str) -> Iterator[Incompatibility]:
    """`old` is one of the alternatives."""
    if isinstance(new, bool) or not new:
        if new is False:
            yield Incompatibility(at, "nothing is taken here any more")
        return
    for keyword in sorted(new.keys() - UNDERSTOOD):
        yield Incompatibility(at, f"the keyword {keyword} is not understood")
    for every in new.get("allOf", ()):
        yield from _refused_of(old, every, at)
    if "anyOf" in new:
        yield from _refused_by_all(old, new["anyOf"], at)
    if "const" in old:
        rest = {name: value for name, value in new.items() if name not in ("allOf", "anyOf")}
        if not admits(rest, old["const"]):
            yield Incompatibility(at, f"{_shown(old['const'])} is refused")
        return
    if "const" in new or "enum" in new:
        yield Incompatibility(at, "only certain values are taken now")
    kinds = new.get("type")
    if kinds is not None and not _takes([kinds] if isinstance(kinds, str) else kinds, old["type"]):
        yield Incompatibility(at, f"{old['type']} is refused")
        return
    yield from _refused_within(old, new, at)


def _refused_by_all(old: dict[str, Any], branches: list[Schema], at: str) -> Iterator[Incompatibility]:
    """Some branch must take all of `old`; if none does, what the branch nearest to it refuses."""
    found = [list(_refused_of(old, branch, at)) for branch in branches]
    if all(found) and found:
        yield from max(found, key=lambda each: max(each_one.pointer.count("/") for each_one in each))


def _takes(kinds: list[str], kind: str) -> bool:
    return kind in kinds or (kind == "integer" and "number" in kinds)


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else repr(value)


def _refused_within(old: dict[str, Any], new: dict[str, Any], at: str) -> Iterator[Incompatibility]:
    """Both are of one type: what that type's keywords refuse."""
    kind = "number" if old["type"] == "integer" else old["type"]
    asked = {name: value for name, value in new.items() if name in OF_TYPE[kind]}
    for keyword, value in asked.items():
        if keyword in LEAST and old.get(keyword, 0) < value:
            yield Incompatibility(at, f"{keyword} is {value}, and was {old.get(keyword, 0)}")
        elif keyword in MOST and not (keyword in old and old[keyword] <= value):
            yield Incompatibility(at, f"{keyword} is {value}, and was {old.get(keyword, 'not set')}")
        elif (keyword in ("pattern", "format", "multipleOf") and old.get(keyword) != value) or (
            keyword == "uniqueItems" and value and old.get(keyword) is not True
        ):
            yield Incompatibility(at, f"{keyword} is {value}, and was {old.get(keyword, 'not set')}")
    if kind == "number":
        yield from _refused_by_bounds(old, asked, at)
    elif kind == "array" and "items" in asked:
        items = True if "prefixItems" in old else old.get("items", True)
        yield from _refused(items, asked["items"], f"{at}/*")
    elif kind == "object":
        yield from _refused_properties(old, asked, at)


def _refused_by_bounds(old: dict[str, Any], new: dict[str, Any], at: str) -> Iterator[Incompatibility]:
    for closed, open_, sign in (("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)):
        # (bound, 1 if the bound itself is shut out): the larger one is the tighter one, from either side.
        before = [(sign * old[name], name == open_) for name in (closed, open_) if name in old]
        after = [(sign * new[name], name == open_) for name in (closed, open_) if name in new]
        if after and (not before or max(before) < max(after)):
            yield Incompatibility(at, f"{closed} is tighter than it was")


def _refused_properties(old: dict[str, Any], new: dict[str, Any], at: str) -> Iterator[Incompatibility]:
    for name in new.get("required", ()):
        if name not in old.get("required", ()):
            yield Incompatibility(f"{at}/{_step(name)}", "is required, and was not")
    known, wanted = old.get("properties", {}), new.get("properties", {})
    other = True if "patternProperties" in old else old.get("additionalProperties", True)
    others = new.get("additionalProperties", True)
    for name in sorted({*known, *wanted}):
        yield from _refused(known.get(name, other), wanted.get(name, others), f"{at}/{_step(name)}")
    yield from _refused(other, others, f"{at}/*")


def _step(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
