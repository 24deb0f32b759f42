"""Whether a record of procurement.events can be what ingest wrote."""

import re

from shared import times
from shared.envelope import Event
from shared.events.base import Data
from shared.events.catalogue import CATALOGUE, kind_of

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""U+0000 as JSON escapes it: behind an even number of backslashes."""


def check(event: Event, body: str) -> Data:
    """The event's data as its model. What ingest cannot have written may be anything, and would stop the line.

    Raises ValueError, KeyError or TypeError.
    """
    row = CATALOGUE[event.type]
    kind = kind_of(event.subject)
    if kind is None or (row.kind is not None and kind is not row.kind):
        raise ValueError(f"{event.subject!r} is no subject of {row.name}")
    if not all(isinstance(text, str) for text in (*event.key, event.sender)):
        raise TypeError("source, id and sender are texts")
    if not times.is_plausible(event.time):
        raise ValueError(f"{times.text(event.time)} is no time of any event")
    if "\\u0000" in body and _NUL.search(body):  # the search by itself costs more than all the rest
        raise ValueError("holds the character U+0000, which no database text can")
    return row.model.model_validate(event.data)
