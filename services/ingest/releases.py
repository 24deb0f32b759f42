"""POST /v1/releases: OCDS releases out of packages, record packages and JSON lines, read while they come.

Releases are independent: a package is a publisher's file, not a transaction, and one bad release in a day's thousands
must not hold up the others. So some may be refused and others accepted; each has its receipt.
"""

import time
from datetime import datetime
from typing import Any

from fastapi import Request

from services.ingest import binding
from services.ingest.acceptance import Accepted, Rejected
from services.ingest.answers import HttpProblem, refusal
from services.ingest.bodies import Patience, pieces
from services.ingest.events import MOST_ERRORS, receipt
from services.ingest.problems import Problem
from services.ingest.splitting import Broken, Document, Lines, Part, releases_of
from services.ingest.taking import Judged, Taking
from shared.departments import Sender

LINES = {
    "application/x-ndjson": b"\n",
    "application/jsonl": b"\n",
    "application/json-seq": b"\x1e",
}
"""Media type → what separates its lines."""
MOST_RELEASES = 20_000
"""In one request. Receipts are held until the end; and three bytes that are no release would lead to a rejection of
hundreds.
"""
CHUNK = 500
"""Releases written to Kafka at once."""


async def take_releases(
    request: Request,
    taking: Taking,
    sender: Sender,
    request_id: str,
    now: datetime,
    *,
    largest: int,
    patience: Patience,
) -> dict[str, Any]:
    """The receipts, once the broker has acknowledged every release. Raises HttpProblem or KafkaError."""
    upload = _Upload(taking, sender, request_id, now)
    source = _source(request.headers.get("content-type", ""))
    try:
        try:
            async for piece in pieces(request, largest=largest, patience=patience):
                await upload.take(source, source.feed(piece))
            await upload.take(source, source.end())
        except Broken as broken:
            await upload.refuse(broken.problem)
            raise refusal(broken.problem) from None
        finally:
            await upload.flush()
    except HttpProblem as found:
        if upload.receipts:
            found.body["receipts"] = upload.receipts
        raise
    if upload.refused and not upload.accepted:
        raise upload.nothing_taken()
    return {"accepted": upload.accepted, "refused": upload.refused, "receipts": upload.receipts}


def _source(content_type: str) -> Document | Lines:
    kind = content_type.partition(";")[0].strip().lower()
    if kind in LINES:
        return Lines(LINES[kind])
    if kind == "application/json":
        return Document()
    detail = f"send application/json (a package or a release) or one of {', '.join(LINES)}"
    raise HttpProblem(415, "unsupported-media-type", detail)


class _Upload:
    """What has come of one request so far."""

    def __init__(self, taking: Taking, sender: Sender, request_id: str, now: datetime) -> None:
        self.taking, self.sender, self.request_id, self.now = taking, sender, request_id, now
        self.receipts: list[dict[str, Any]] = []
        self.accepted = self.refused = 0
        self.first: Problem | None = None
        self._waiting: list[tuple[str, Judged]] = []

    async def take(self, source: Document | Lines, parts: list[Part]) -> None:
        for part in parts:
            for release, found in releases_of(part) if source.listed == "records" else [(part, None)]:
                await self._add(release, found)

    async def refuse(self, whole: Problem) -> None:
        """A package that broke off: the sender finds that on its rejections topic too."""
        place = f"http/{self.request_id}"
        await self.taking.write(
            [Judged(self.sender.code, place, None, Rejected(whole))], now=self.now, way="http"
        )  # fmt: skip

    async def flush(self) -> None:
        """Returns once the broker has acknowledged all that was taken."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        await self.taking.write([one for _, one in waiting], now=self.now, way="http")
        self.taking.traffic.charge(self.sender.code, len(waiting), time.monotonic())
        for pointer, one in waiting:
            if isinstance(one.outcome, Accepted):
                self.accepted += 1
                self.receipts.append(receipt(one.outcome.event))
            else:
                self.refused += 1
                self.first = self.first or one.outcome.problem.under(pointer)
                found = one.outcome.problem.under(pointer).to_dict()
                self.receipts.append({"pointer": pointer, "status": "refused", "problem": found})

    def nothing_taken(self) -> HttpProblem:
        faults = [error for each in self.receipts for error in each["problem"]["errors"]]
        found = refusal(self.first or Problem("invalid-data", ""))
        found.body |= {"errors": faults[:MOST_ERRORS], "receipts": self.receipts}
        return found

    async def _add(self, release: Part, found: Problem | None) -> None:
        if len(self.receipts) + len(self._waiting) >= MOST_RELEASES:
            raise HttpProblem(413, "body-too-large", f"at most {MOST_RELEASES} releases in one request; send several")
        place = f"http/{self.request_id}{release.pointer}"
        judged = (
            Judged(self.sender.code, place, release.raw, Rejected(found))
            if found is not None
            else self.taking.judge(
                binding.release(release.raw), sender=self.sender.code, place=place, now=self.now
            )
        )  # fmt: skip
        self._waiting.append((release.pointer, judged))
        if len(self._waiting) >= CHUNK:
            await self.flush()
