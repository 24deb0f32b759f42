"""The event types as they were published: what senders were told, and what must be taken for ever.

`shared/events/published/` holds, for each type, its schema and events that were accepted. Only `make publish-schemas`
writes the schemas, and it refuses what would refuse.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shared.contracts.compatibility import compatible
from shared.contracts.schemas import schema
from shared.events.catalogue import EventType

PUBLISHED = Path(__file__).resolve().parents[1] / "events" / "published"
Json = dict[str, Any]


def load(folder: Path = PUBLISHED) -> dict[str, Json]:
    """Name with version, `heartbeat.v1` → schema."""
    return {
        path.name.removesuffix(".json"): json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))
    }


def examples(folder: Path = PUBLISHED) -> dict[str, list[Json]]:
    """Name with version → CloudEvents that were accepted; the first step of an event's source is its sender's code."""
    return {
        path.name.removesuffix(".json"): json.loads(path.read_text("utf-8"))
        for path in sorted((folder / "examples").glob("*.json"))
    }


def broken_promises(published: Mapping[str, Json], catalogue: Iterable[EventType]) -> list[str]:
    """Every place where the catalogue refuses what a published type takes; a sentence each."""
    now = {f"{row.name}.v1": row for row in catalogue}
    gone = [f"{name} was published and is no longer in the catalogue" for name in published if name not in now]
    return gone + [
        f"{name} at {fault.pointer or 'the whole of data'}: {fault.reason}"
        for name, old in published.items()
        if name in now
        for fault in compatible(old, schema(now[name]))
    ]
