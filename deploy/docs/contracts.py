"""docs/openapi.json and docs/asyncapi.json: what ingest serves, byte for byte the same on every machine."""

import json
from typing import Any

from services.ingest.app import create_app
from services.ingest.settings import Settings
from shared.contracts import asyncapi
from shared.departments import load_register
from shared.serving import Halt


def openapi_document() -> str:
    return _text(create_app(Settings(), Halt()).openapi())


def asyncapi_document() -> str:
    return _text(asyncapi.document([sender.code for sender in load_register().senders()]))


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
