"""The JSON Schemas of what is published as JSON: the models' own. Served, and written into docs by `make docs`."""

from typing import Any

from services.reporter.model import Overview, Report

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _schema(name: str, model: type[Report] | type[Overview]) -> dict[str, Any]:
    return {"$schema": DIALECT, "$id": f"/schemas/{name}.json", **model.model_json_schema(mode="serialization")}


SCHEMAS = {"report/1": _schema("report/1", Report), "overview/1": _schema("overview/1", Overview)}
"""Name and version → schema. The version is that of `schema_name` in the document."""
