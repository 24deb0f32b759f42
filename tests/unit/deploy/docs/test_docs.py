"""The generated documents are current, and the schemas agree with the models."""

import jsonschema

from deploy.docs.__main__ import DOCS, generated
from shared.contracts.schemas import schema
from shared.events.catalogue import CATALOGUE


def test_generated_documents_are_current() -> None:
    """What stands in docs/ is what the code says; `make docs` mends it."""
    assert {path: path.read_text("utf-8") if path.is_file() else None for path in generated()} == generated()


def test_no_schema_is_left_over() -> None:
    """Every schema file belongs to a type of the catalogue."""
    assert {path.name for path in (DOCS / "schemas").iterdir()} == {f"{row.name}.v1.json" for row in CATALOGUE.values()}


def test_schemas_are_schemas() -> None:
    """Each is valid JSON Schema 2020-12."""
    for row in CATALOGUE.values():
        jsonschema.Draft202012Validator.check_schema(schema(row))
