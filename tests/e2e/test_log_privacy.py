"""No payload, no secret and no person's name in any line of any level, whatever comes in; and every event is found."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import pytest

from shared import topics
from tests.e2e.system import System
from tests.integration.brokers import eventually, produce
from tests.stream import cloudevent

NAME, WORDS = "Persephone Quickwater", "unmistakably worded answer"
TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACED = ("traceparent", f"00-{TRACE}-b7ad6b7169203331-01".encode())
STRUCTURED = ("content-type", b"application/cloudevents+json")
STATEMENT = {"statement": WORDS, "signed_by": NAME, "office": "Secretary of State", "signed_on": "2026-10-20"}


@pytest.fixture
def _every_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVR_LOG_LEVEL", "debug")


def champion(id: str, **more: Any) -> dict[str, Any]:
    data = {"name": NAME, "post": "Director", "appointed_on": "2026-04-01", **more}
    return cloudevent("dwp", "champion.appointed", "dwp", id, data)


def signed(id: str, **more: Any) -> dict[str, Any]:
    return cloudevent("dwp", "statement.signed", "2026-27-q2/dwp", id, {**STATEMENT, **more})


@pytest.mark.usefixtures("_every_line")
async def test_the_lines_name_events_and_never_what_they_say(system: System) -> None:
    """Sound, refused, contradicting and unreadable ones, by both ways in, with right keys and with a wrong one."""
    key, wrong = system.keys["dwp"], "wrong-key-of-a-department"
    kafka = system.kafka.connection
    sound = [champion("c1"), signed("s1"), champion("c1", post=WORDS)]
    broken = [champion("c2", appointed_on=NAME), signed("s2", signed_on=WORDS), {"specversion": "1.0", "data": NAME}]
    values = [orjson.dumps(event) for event in (*sound, *broken)]
    await produce(kafka, topics.submissions("dwp"), values, headers=[STRUCTURED, TRACED])
    await produce(kafka, topics.submissions("dwp"), [b"{" + NAME.encode(), NAME.encode()])
    await produce(kafka, topics.PROCUREMENT_EVENTS, [orjson.dumps(champion("not-by-ingest")), NAME.encode()])
    async with httpx.AsyncClient(base_url=system.ingest.url) as http:
        for token, event in ((key, signed("s3")), (key, signed("s4", signed_on=NAME)), (wrong, champion("c4"))):
            await http.post(
                "/v1/events",
                content=orjson.dumps(event),
                headers={"authorization": f"Bearer {token}", "content-type": "application/cloudevents+json"},
            )
        await http.get(f"/v1/receipts/%2Fdwp%2Fsystem/s3?note={NAME}", headers={"authorization": f"Bearer {key}"})

    async def recorded() -> list[str]:
        return [row["id"] for row in await system.fetch("SELECT id FROM event ORDER BY id")]

    await eventually(recorded, ["c1", "s1", "s3"])
    await system.idle()
    await asyncio.to_thread(system.aggregator.child.stop)  # its last lines are written
    logs = [service.child.log.read_text() for service in (system.ingest, system.aggregator)]
    secrets = [NAME, "Persephone", "Quickwater", WORDS, key, wrong, urlsplit(system.postgres.url).password]
    for text in logs:
        assert '"service.started"' in text
        assert [secret for secret in secrets if secret and secret in text] == []

    ingest, aggregator = system.said(system.ingest), system.said(system.aggregator)
    by_event = {line["event.id"]: line for line in aggregator if line["message"] == "event.recorded"}
    assert set(by_event) == {"c1", "s1", "s3"}
    assert (by_event["s1"]["trace.id"], by_event["s1"]["svr.source"]) == (TRACE, "/dwp/system")
    (conflict,) = (line for line in aggregator if line["message"] == "event.conflicted")
    assert (conflict["event.id"], conflict["trace.id"], conflict["svr.sender"]) == ("c1", TRACE, "dwp")
    request = next(line for line in ingest if line["message"] == "http.request" and line["url.path"] == "/v1/events")
    assert by_event["s3"]["trace.id"] == request["trace.id"]
    assert sum(line["message"] == "rejection.written" for line in ingest) == 6
    assert sum(line["message"] == "record.unreadable" for line in aggregator) == 2
