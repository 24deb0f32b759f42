"""The compatibility check: each rule in both directions, and soundness on random schemas and instances."""

from typing import Any

import jsonschema
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.contracts.compatibility import compatible

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NULLABLE: Schema = {"anyOf": [TEXT, {"type": "null"}]}
OPEN: Schema = {"type": "object", "properties": {"a": TEXT}}
SHUT: Schema = {**OPEN, "additionalProperties": False}


def using(name: str, definition: Schema) -> Schema:
    return {"$defs": {name: definition}, "type": "object", "properties": {"a": {"$ref": f"#/$defs/{name}"}}}


ONE_WAY = {
    "a required property": (OPEN, {**OPEN, "required": ["a"]}),
    "other properties shut out": (OPEN, SHUT),
    "a property taken away from a closed object": (SHUT, {"type": "object", "additionalProperties": False}),
    "a type": ({"type": ["string", "null"]}, TEXT),
    "a whole number": ({"type": "number"}, {"type": "integer"}),
    "a value of an enumeration": ({"enum": ["a", "b"]}, {"enum": ["a"]}),
    "an enumeration where any text was": (TEXT, {"enum": ["a"]}),
    "a constant": ({"type": "boolean"}, {"const": True}),
    "minimum": ({"type": "number", "minimum": 0}, {"type": "number", "minimum": 1}),
    "exclusiveMinimum": ({"type": "number", "minimum": 0}, {"type": "number", "exclusiveMinimum": 0}),
    "maximum": ({"type": "number"}, {"type": "number", "maximum": 5}),
    "exclusiveMaximum": ({"type": "number", "maximum": 5}, {"type": "number", "exclusiveMaximum": 5}),
    "multipleOf": ({"type": "integer"}, {"type": "integer", "multipleOf": 2}),
    "minLength": (TEXT, {**TEXT, "minLength": 1}),
    "maxLength": ({**TEXT, "maxLength": 9}, {**TEXT, "maxLength": 8}),
    "pattern": (TEXT, {**TEXT, "pattern": "^a"}),
    "format": (TEXT, {**TEXT, "format": "date"}),
    "items": ({"type": "array"}, {"type": "array", "items": TEXT}),
    "minItems": ({"type": "array"}, {"type": "array", "minItems": 1}),
    "maxItems": ({"type": "array"}, {"type": "array", "maxItems": 1}),
    "uniqueItems": ({"type": "array"}, {"type": "array", "uniqueItems": True}),
    "minProperties": ({"type": "object"}, {"type": "object", "minProperties": 1}),
    "maxProperties": ({"type": "object", "maxProperties": 2}, {"type": "object", "maxProperties": 1}),
    "null": (NULLABLE, TEXT),
    "a member of a union": ({"anyOf": [{**TEXT, "maxLength": 3}, {"type": "number"}]}, {"type": "number"}),
    "all of several": (TEXT, {**TEXT, "allOf": [{"minLength": 2}]}),
    "something behind a reference": (using("Line", TEXT), using("Line", {**TEXT, "maxLength": 3})),
    "another property of an open object": (
        {"type": "object"},
        {"type": "object", "additionalProperties": {"type": "number"}},
    ),
}


@pytest.mark.parametrize("case", ONE_WAY.values(), ids=list(ONE_WAY))
def test_narrowing_is_found_and_widening_is_not(case: tuple[Schema, Schema]) -> None:
    """The narrower schema refuses something that the wider takes, never the other way about."""
    wider, narrower = case
    assert compatible(wider, narrower)
    assert compatible(narrower, wider) == []


@pytest.mark.parametrize(
    "keyword", ["not", "if", "oneOf", "patternProperties", "contains", "dependentRequired", "x-new"]
)
def test_a_keyword_that_is_not_understood_is_incompatible(keyword: str) -> None:
    """Whatever it may mean."""
    assert "not understood" in compatible({"type": "object"}, {"type": "object", keyword: {}})[0].reason


def test_a_schema_that_refers_to_itself_is_not_understood() -> None:
    """It is taken only where nothing at all has changed."""
    tree = using("Node", {"type": "array", "items": {"$ref": "#/$defs/Node"}})
    assert compatible(tree, tree) == []
    assert "not understood" in compatible(tree, {**tree, "minProperties": 0})[0].reason


def test_words_about_a_schema_change_nothing() -> None:
    """Titles, descriptions, defaults; and a property may be called title."""
    new = {"title": "T", "description": "D", "type": "object", "properties": {"title": {**TEXT, "default": "x"}}}
    assert compatible({"type": "object", "properties": {"title": TEXT}}, new) == []
    assert compatible({"type": "object", "properties": {"title": {}}}, new)[0].pointer == "/title"


def test_the_pointer_leads_to_the_place() -> None:
    """Into lists, and through unions."""
    old = {"properties": {"a/b": {"anyOf": [{"type": "array", "items": TEXT}, {"type": "null"}]}}}
    new = {"properties": {"a/b": {"anyOf": [{"type": "array", "items": {"enum": ["x"]}}, {"type": "null"}]}}}
    assert [fault.pointer for fault in compatible(old, new)] == ["/a~1b/*"]


def test_true_is_not_one() -> None:
    """To Python they are equal; to JSON they are not."""
    assert compatible({"const": 1}, {"const": True})
    assert compatible({"enum": [[1]]}, {"enum": [[True]]})


names = st.sampled_from(["a", "b"])
scalars = st.sampled_from([None, True, False, 0, 1, 1.0, 1.5, 2, -1, "", "a", "ab", "1"])
small = st.integers(0, 2)
kinds = st.sampled_from(["null", "boolean", "object", "array", "number", "integer", "string"])


def optional(**keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    return st.fixed_dictionaries({}, optional=keywords)


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    return optional(
        type=kinds | st.lists(kinds, min_size=1, max_size=3, unique=True),
        properties=st.dictionaries(names, inner, max_size=2),
        required=st.lists(names, max_size=2, unique=True),
        additionalProperties=inner,
        patternProperties=st.dictionaries(st.just("^a"), inner, max_size=1),
        minProperties=small,
        maxProperties=small,
        items=inner,
        prefixItems=st.lists(inner, min_size=1, max_size=2),
        minItems=small,
        maxItems=small,
        uniqueItems=st.booleans(),
        anyOf=st.lists(inner, min_size=1, max_size=2),
        oneOf=st.lists(inner, min_size=1, max_size=2),
        allOf=st.lists(inner, min_size=1, max_size=2),
    ) | st.just({"$ref": "#/$defs/D"})


leaves = (
    st.booleans()
    | st.fixed_dictionaries({"const": scalars})
    | st.fixed_dictionaries({"enum": st.lists(scalars, min_size=1, max_size=3)})
    | optional(
        type=kinds,
        minimum=st.integers(-1, 2),
        exclusiveMinimum=st.integers(-1, 2),
        maximum=st.integers(-1, 2),
        exclusiveMaximum=st.integers(-1, 2),
        multipleOf=st.integers(1, 2),
        minLength=small,
        maxLength=small,
        pattern=st.sampled_from(["^a", "1"]),
    )
)
schemas = st.recursive(leaves, nested, max_leaves=5).filter(lambda each: isinstance(each, dict))
instances = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=2), max_leaves=4
)


@st.composite
def changed(draw: st.DrawFn, schema: Any) -> Any:
    """The schema with something in it left out, or replaced: pairs of which many are compatible."""
    if not isinstance(schema, dict) or not schema or draw(st.integers(0, 5)) == 0:
        return draw(schemas | leaves)
    key = draw(st.sampled_from(sorted(schema)))
    rest = {name: value for name, value in schema.items() if name != key}
    value = schema[key]
    match draw(st.sampled_from(["leave out", "inside", "number", "union"])):
        case "inside" if key in ("items", "additionalProperties"):
            return {**rest, key: draw(changed(value))}
        case "inside" if key in ("anyOf", "allOf", "oneOf"):
            return {**rest, key: [draw(changed(value[0])), *value[1:]]}
        case "inside" if key == "properties" and value:
            name = draw(st.sampled_from(sorted(value)))
            return {**rest, key: {**value, name: draw(changed(value[name]))}}
        case "number" if isinstance(value, int) and not isinstance(value, bool):
            return {**rest, key: max(1, value + draw(st.integers(-1, 1)))}
        case "union":
            return {"anyOf": [schema, draw(leaves)]}
        case _:
            return rest


@given(schemas, st.data())
@settings(max_examples=1000, deadline=None, derandomize=True)
def test_where_it_says_compatible_every_instance_stays_valid(old: Schema, data: st.DataObject) -> None:
    """Soundness, held against an independent validator."""
    definition = {"type": "array", "maxItems": 2}
    new = data.draw(changed(old))
    assume(isinstance(new, dict))
    old, new = ({**each, "$defs": {"D": definition}} for each in (old, new))
    assume(not compatible(old, new))
    before, after = jsonschema.Draft202012Validator(old), jsonschema.Draft202012Validator(new)
    for instance in data.draw(st.lists(instances, min_size=1, max_size=12)):
        if before.is_valid(instance):
            assert after.is_valid(instance), (old, new, instance)
