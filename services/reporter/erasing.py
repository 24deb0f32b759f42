"""Taking a person's name out of what was published: out of every file, and what is made of them is made anew.

Within the caller's transaction, as the owner of the tables. Publishing, and the making of forms, wait for it.
"""

import hashlib
from datetime import datetime
from typing import Any

from services.reporter import store
from services.reporter.forms.catalogue import LATE, PACK
from shared.erasure import ERASED, spellings

_HELD = """SELECT f.publication, f.name, f.sha256, f.content FROM reporter.publication_file f
WHERE EXISTS (SELECT FROM unnest($1::bytea[]) AS s WHERE position(s IN f.content) > 0) ORDER BY 1, 2"""

_LATE = """WITH gone AS (DELETE FROM reporter.publication_file f USING reporter.publication p
    WHERE p.id = f.publication AND (p.id = ANY ($1) AND f.name = ANY ($2) OR f.name = $5 AND p.period IN (
        SELECT period FROM reporter.publication WHERE id = ANY ($1)))  -- the pack holds every report of the period
    RETURNING f.publication, f.name, f.sha256)
INSERT INTO reporter.erasure SELECT publication, name, sha256, $3, $4 FROM gone"""


async def published(connection: Any, name: str) -> dict[str, list[str]]:
    """Publication → the files in which the name can be read; PDF and spreadsheets are made of these."""
    found: dict[str, list[str]] = {}
    for row in await connection.fetch(_HELD, _bytes(name)):
        found.setdefault(row["publication"], []).append(row["name"])
    return found


async def erase(connection: Any, name: str, *, reason: str, at: datetime) -> list[str]:
    """Takes the name out of every publication that holds it. Returns their ids.

    Each file's former hash, which `reports.published` has told, is kept. The reporter publishes a new revision once the
    aggregator has told the statuses anew.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", store.LOCK)
    await connection.execute("LOCK TABLE reporter.publication_file IN EXCLUSIVE MODE")
    await connection.execute("SELECT set_config('svr.erasing', 'on', true)")
    touched: set[str] = set()
    for row in await connection.fetch(_HELD, _bytes(name)):
        content = row["content"]
        for spelling in _bytes(name):
            content = content.replace(spelling, ERASED.encode())
        await connection.execute(
            "INSERT INTO reporter.erasure VALUES ($1, $2, $3, $4, $5)",
            row["publication"],
            row["name"],
            row["sha256"],
            reason,
            at,
        )
        await connection.execute(
            "UPDATE reporter.publication_file SET content = $3, sha256 = $4 WHERE publication = $1 AND name = $2",
            row["publication"],
            row["name"],
            content,
            hashlib.sha256(content).hexdigest(),
        )
        touched.add(row["publication"])
    await connection.execute(_LATE, sorted(touched), [form.file for form in LATE], reason, at, PACK.file)
    return sorted(touched)


def _bytes(name: str) -> list[bytes]:
    return [spelling.encode() for spelling in spellings(name)]
