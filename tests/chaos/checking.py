"""What must hold whenever nothing is left to do: everything acknowledged is there once, and every status is right."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from aiokafka import ConsumerRecord

from services.aggregator.recounting import State
from services.ingest import binding
from services.ingest.acceptance import Accepted, accept
from shared import topics
from shared.departments import load_register
from shared.envelope import Event
from shared.periods import Period
from shared.status import Status
from tests import oracle
from tests.chaos.load import OVER_HTTP
from tests.chaos.tapes import Tapes
from tests.chaos.world import World
from tests.stream import Submitted

RECEIVED = datetime(2026, 11, 1, tzinfo=UTC)
Content = tuple[str, str, str]
"""Source, id and SHA-256."""


@dataclass
class Findings:
    """What is amiss, by name; all empty when all is well."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)


class Checks:
    """Remembers what it has read and accepted, so that each further check costs little."""

    def __init__(self, world: World) -> None:
        self.world, self.register = world, load_register()
        self.rejections = [topics.rejections(sender.code) for sender in self.register.senders()]
        ours = (topics.PROCUREMENT_EVENTS, topics.IMPLEMENTATION_STATUS, topics.REPORTS_PUBLISHED)
        self.tapes = Tapes(world.kafka.connection, [*ours, *self.rejections])
        self.events: dict[Content, Event] = {}
        self.order: dict[Content, None] = {}
        self.broken: Counter[str] = Counter()
        self._accepted = self._ordered = 0

    async def all(self) -> Findings:
        """To be asked when nothing is left to do."""
        await self.tapes.wind()
        self._accept()
        self._follow()
        found = Findings()
        found.lost += [f"{key} is not on procurement.events" for key in self.events.keys() - self.order.keys()]
        found.wrong += [f"{key} was never acknowledged" for key in self.order.keys() - self.events.keys()]
        # In the order of the topic: of several contents under one source and id the first there stands.
        expected = await asyncio.to_thread(oracle.state, [self.events[key] for key in self.order if key in self.events])
        await self._ledger(found, expected)
        await self._statuses(found, expected)
        await self._reports(found)
        self._refusals(found)
        return found

    def _accept(self) -> None:
        """What ingest must make of what has been acknowledged since."""
        acknowledged = self.world.load.acknowledged
        for submitted in acknowledged[self._accepted :]:
            if submitted.broken:
                self.broken[submitted.sender] += submitted.sender != OVER_HTTP  # there it is told at once
            else:
                event = self._event(submitted)
                self.events.setdefault((*event.key, event.sha256), event)
        self._accepted = len(acknowledged)

    def _event(self, submitted: Submitted) -> Event:
        outcome = accept(
            binding.line(submitted.line),
            sender=self.register.sender(submitted.sender),
            register=self.register,
            received=RECEIVED,
            replay=True,
        )
        assert isinstance(outcome, Accepted), outcome
        return outcome.event

    def _follow(self) -> None:
        records = self.tapes.records[topics.PROCUREMENT_EVENTS]
        for record in records[self._ordered :]:
            event = Event.from_json(record.value)
            self.order.setdefault((*event.key, event.sha256))
        self._ordered = len(records)

    async def _ledger(self, found: Findings, expected: State) -> None:
        rows = await self._rows("SELECT source, id, sha256 FROM aggregator.event")
        held = Counter((row["source"], row["id"]) for row in rows)
        found.lost += [f"{event.key} is not in the ledger" for event in expected.events if event.key not in held]
        found.doubled += [f"{key} is in the ledger {times} times" for key, times in held.items() if times > 1]
        first = {(*event.key, event.sha256) for event in expected.events}
        found.wrong += [f"the ledger has {c}" for row in rows if (c := tuple(row)) not in first]
        rows = await self._rows("SELECT source, id, sha256 FROM aggregator.duplicate WHERE conflict")
        told = Counter(tuple(row) for row in rows)
        conflicts = {(*event.key, event.sha256) for event in expected.conflicts}
        found.lost += [f"the conflict {c} is not kept" for c in conflicts - told.keys()]
        found.doubled += [f"the conflict {c} is told {n} times" for c, n in told.items() if n > 1]
        found.wrong += [f"{c} is no conflict" for c in told.keys() - conflicts]
        rows = await self._rows("SELECT reason FROM aggregator.unreadable")
        found.wrong += [f"set aside: {row['reason']}" for row in rows]

    async def _statuses(self, found: Findings, expected: State) -> None:
        """As stored, byte for byte apart from their version and the ledger's head; on Kafka; and at the reporter."""
        rows = await self._rows("SELECT department, period, body FROM aggregator.status")
        stored = {(row["department"], row["period"]): Status.model_validate_json(row["body"]) for row in rows}
        found.wrong += [f"there is no status of {t}" for t in oracle.targets(expected) - stored.keys()]
        for (department, period), status in stored.items():
            own = {name: getattr(status, name) for name in ("version", "chain") if hasattr(status, name)}
            right = expected.status(department, Period.parse(period)).model_copy(update=own)
            if right.model_dump_json() != status.model_dump_json():
                found.wrong.append(f"the status of {department}/{period}: {_difference(right, status)}")
        said = _by_id(self.tapes.records[topics.IMPLEMENTATION_STATUS], found)
        last = {r.key.decode(): r.value for r in self.tapes.records[topics.IMPLEMENTATION_STATUS]}
        for (department, period), status in stored.items():
            key = f"{department}/{period}"
            versions = {f"{key}/v{version}" for version in range(1, status.version + 1)}
            found.lost += [f"implementation.status lacks {id}" for id in versions - said.keys()]
            if key in last and Status.model_validate(orjson.loads(last[key])["data"]) != status:
                found.wrong.append(
                    f"implementation.status ends with {orjson.loads(last[key])['id']}, not {status.version}"
                )
        for row in await self._rows("SELECT department, period, body::text AS body FROM reporter.status"):
            if Status.model_validate_json(row["body"]) != stored.pop((row["department"], row["period"]), None):
                found.wrong.append(f"the reporter has another status of {row['department']}/{row['period']}")
        found.lost += [f"the reporter has no status of {key}" for key in stored]

    async def _reports(self, found: Findings) -> None:
        rows = await self._rows(
            """SELECT p.id, p.department, p.period, p.revision, p.rating, p.reason,
                jsonb_agg(jsonb_build_array(f.name, f.media_type, length(f.content), f.sha256) ORDER BY f.name)::text
                    AS files
            FROM reporter.publication p JOIN reporter.publication_file f ON f.publication = p.id GROUP BY p.id"""
        )
        said = _by_id(self.tapes.records[topics.REPORTS_PUBLISHED], found)
        for row in rows:
            message = said.pop(row["id"], None)
            if message is None:
                found.lost.append(f"reports.published lacks {row['id']}")
                continue
            told = {
                name: message["data"][name] for name in ("id", "department", "period", "revision", "rating", "reason")
            }
            files = [[f["name"], f["media_type"], f["size"], f["sha256"]] for f in message["data"]["files"]]
            stands = {**row, "files": orjson.loads(row["files"])}
            # Other forms of the report may be added to it later; what was said of it stays.
            if told | {"files": [f for f in files if f in stands["files"]]} != stands | {"files": files}:
                found.wrong.append(f"reports.published says {told}, {files}; the tables {stands}")
        found.wrong += [f"reports.published speaks of {id}, which there is not" for id in said]

    def _refusals(self, found: Findings) -> None:
        """Of every broken line on a submissions topic its sender was told."""
        for sender, broken in self.broken.items():
            told = {
                message["data"].get("place") for message in map(_json, self.tapes.records[topics.rejections(sender)])
            }
            refused = sum(place is not None and place.startswith("submissions.") for place in told)
            if refused < broken:
                found.lost.append(f"{sender} was told of {refused} refusals, not {broken}")

    async def _rows(self, query: str) -> list[Any]:
        async with self.world.connection() as connection:
            rows: list[Any] = await connection.fetch(query)
        return rows


def _json(record: ConsumerRecord) -> Any:
    return orjson.loads(record.value)


def _by_id(records: list[ConsumerRecord], found: Findings) -> dict[str, Any]:
    """Messages by their ids: repeats are allowed, other contents under the same id are not."""
    said: dict[str, bytes] = {}
    for record in records:
        id = _json(record)["id"]
        if said.setdefault(id, record.value) != record.value:
            found.wrong.append(f"{record.topic} says two things under {id}")
    return {id: orjson.loads(value) for id, value in said.items()}


def _difference(right: Status, found: Status) -> str:
    parts = [name for name in Status.model_fields if getattr(right, name) != getattr(found, name)]
    return "; ".join(f"{name} {getattr(found, name)!r:.200} for {getattr(right, name)!r:.200}" for name in parts)
