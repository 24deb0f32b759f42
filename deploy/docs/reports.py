"""docs/reports/*.json: the schemas of what is published as JSON, from the reporter's models."""

import json

from services.reporter.forms.schemas import SCHEMAS


def schemas() -> dict[str, str]:
    """File name → JSON Schema."""
    return {
        f"{name.replace('/', '.v')}.json": json.dumps(schema, indent=2, sort_keys=True) + "\n"
        for name, schema in SCHEMAS.items()
    }
