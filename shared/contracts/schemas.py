"""The JSON Schemas of the event catalogue, one by one and together. Pure."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.events.catalogue import CATALOGUE, PREFIX, EventType

Json = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
COMPONENT = "#/components/schemas/{model}"


def address(row: EventType) -> str:
    """Where ingest serves the schema of a type's data: `/schemas/heartbeat/v1.json`."""
    return f"/schemas/{row.name}/v1.json"


def schema(row: EventType) -> Json:
    """The JSON Schema of one type's data."""
    described = row.model.model_json_schema()
    about = described.get("description") or f"The data of {PREFIX}{row.name}.v1."
    return {"$schema": DIALECT, "$id": address(row), **described, "description": about}


def components(models: Iterable[type[BaseModel]]) -> Json:
    """Name → schema of these models and all that they are made of, for `components/schemas` of a document."""
    _, described = models_json_schema([(model, "validation") for model in models], ref_template=COMPONENT)
    return dict(described.get("$defs", {}))


def reference(model: type[BaseModel]) -> Json:
    """To a model among `components`."""
    return {"$ref": COMPONENT.format(model=model.__name__)}


def data_models() -> list[type[BaseModel]]:
    return [row.model for row in CATALOGUE.values()]


ATTRIBUTES: Json = {
    "specversion": {"const": "1.0", "description": "CloudEvents 1.0"},
    "id": {"type": "string", "minLength": 1, "maxLength": 300, "description": "with source, identifies the event"},
    "source": {
        "type": "string",
        "minLength": 1,
        "maxLength": 300,
        "format": "uri-reference",
        "description": "the sending system",
    },
    "type": {"type": "string", "description": "the event's type, one of the catalogue"},
    "subject": {"type": "string", "minLength": 1, "maxLength": 300, "description": "what it is about"},
    "time": {"type": "string", "format": "date-time", "description": "when it happened, with its offset"},
    "datacontenttype": {"type": "string", "pattern": "^application/([a-z0-9.+-]+\\+)?json", "description": "JSON"},
    "recordedtime": {
        "type": "string",
        "format": "date-time",
        "description": "when the sending system wrote it down",
    },
    "traceparent": {"type": "string", "description": "W3C trace context"},
}
"""The CloudEvents attributes that are understood; others are taken and not kept."""

REQUIRED = ("specversion", "id", "source", "type", "subject", "time")


def envelope() -> Json:
    """A CloudEvent in structured JSON, whatever its type."""
    return {
        "title": "CloudEvent",
        "type": "object",
        "description": "A CloudEvents 1.0 event in structured JSON.",
        "properties": {**ATTRIBUTES, "data": {"type": "object"}},
        "required": [*REQUIRED, "data"],
    }


def event_schema(type: str, data: Json) -> Json:
    """A CloudEvent of one type, over the component `CloudEvent`."""
    return {
        "allOf": [{"$ref": COMPONENT.format(model="CloudEvent")}],
        "properties": {"type": {"const": type}, "data": data},
    }
