"""The OpenAPI document of ingest, completed from the event catalogue: types, examples, binary mode, security. Pure."""

import copy
from typing import Any

from shared.contracts import published, schemas
from shared.contracts.schemas import ATTRIBUTES, REQUIRED, Json
from shared.events.catalogue import CATALOGUE, PREFIX

ABOUT = """How department systems send events over HTTP. Each answer that is no success is an RFC 9457 problem whose
`type` leads to a page that explains it. A repeat is harmless: an event is identified by its `source` and `id`."""
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
EVENT = {"$ref": "#/components/schemas/AnyEvent"}
SECURITY: Json = {
    "oauth": {
        "type": "oauth2",
        "description": "A client-credentials token of the issuer that this service is set to; it names the department. "
        "The address below stands for your issuer's.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "https://issuer.example/token",
                "scopes": {"events:write": "send events and releases", "events:read": "ask what became of them"},
            }
        },
    },
    "key": {"type": "http", "scheme": "bearer", "description": "Development: an API key, kept by its hash."},
}


def complete(document: Json) -> Json:
    """FastAPI's document with what it cannot know of. The document given stays as it is."""
    found = copy.deepcopy(document)
    found["info"] |= {"version": "1.0.0", "description": ABOUT}
    components = found.setdefault("components", {})
    components["securitySchemes"] = SECURITY
    components.setdefault("schemas", {}).update(_schemas())
    for path, operations in found["paths"].items():
        if path.startswith("/v1/"):
            for method, operation in operations.items():
                scope = "events:read" if method == "get" else "events:write"
                operation["security"] = [{"oauth": [scope]}, {"key": []}]
    _describe_events(found["paths"]["/v1/events"]["post"])
    return found


def _schemas() -> Json:
    events = {
        row.type.removeprefix(PREFIX): schemas.event_schema(row.type, schemas.reference(row.model))
        for row in CATALOGUE.values()
    }
    return {
        "CloudEvent": schemas.envelope(),
        **events,
        "AnyEvent": {
            "description": "An event of one of the catalogue's types; `type` says which.",
            "anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in events],
        },
        **schemas.components(schemas.data_models()),
    }


def _describe_events(operation: Json) -> None:
    content = operation["requestBody"]["content"]
    examples = {name: events[0] for name, events in published.examples().items()}
    heartbeat = examples["heartbeat.v1"]
    content[STRUCTURED] = {"schema": EVENT, "examples": {name: {"value": each} for name, each in examples.items()}}
    content[BATCH] = {
        "schema": {"type": "array", "items": EVENT},
        "examples": {"two": {"value": [heartbeat, {**heartbeat, "id": "e-2"}]}},
    }
    content["application/json"] = {
        "schema": {"type": "object", "description": "binary mode: the data; the attributes are ce- headers"},
        "examples": {name: {"value": each["data"]} for name, each in examples.items()},
    }
    operation["parameters"] = [
        *operation.get("parameters", []),
        *({"name": f"ce-{name}", "in": "header", "schema": each, "description": _header(name)}
          for name, each in ATTRIBUTES.items() if name != "datacontenttype"),
    ]  # fmt: skip


def _header(name: str) -> str:
    needed = "required in binary mode" if name in REQUIRED else "may be given in binary mode"
    return f"{needed}; percent-encoded outside printable ASCII"


def described(value: Any, document: Json) -> Any:
    """What a `$ref` within the document names; anything else as it is."""
    while isinstance(value, dict) and "$ref" in value:
        place: Any = document
        for step in str(value["$ref"]).removeprefix("#/").split("/"):
            place = place[step.replace("~1", "/").replace("~0", "~")]
        value = place
    return value
