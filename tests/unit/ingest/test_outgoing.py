"""What acceptance decided, as messages for Kafka."""

import base64

import orjson

from deploy.kafka.topics import LARGEST_RECORD
from services.ingest.acceptance import Accepted, Rejected
from services.ingest.outgoing import message
from services.ingest.problems import Fault, Problem, problem
from shared.messages import CLOUDEVENT, Message
from tests.unit.ingest.examples import NOW, accepted, event_of, structured

PLACE = "submissions.dwp/0/17"
REFUSED = Rejected(problem("wrong-subject", "/subject", "no"), "/dwp/system", "e-1")


def test_an_accepted_event_goes_out_under_its_subject() -> None:
    """All events of one subject are in one partition, in the order in which they were accepted."""
    event = accepted(structured(event_of("kpi.assessed")))
    assert message(Accepted(event), sender="dwp", raw=b"{}", place=PLACE, now=NOW) == Message(
        "procurement.events", event.subject, event.to_json(), CLOUDEVENT
    )


def test_a_rejection_says_what_came_and_why_it_was_refused() -> None:
    """On the sender's own topic: the problem, the event as far as known, the place, and the bytes as they came."""
    sent = message(REFUSED, sender="dwp", raw=b"\xff{", place=PLACE, now=NOW)
    assert (sent.topic, sent.key, sent.headers) == ("rejections.dwp", "e-1", CLOUDEVENT)
    assert orjson.loads(sent.value) == {
        "specversion": "1.0",
        "source": "/ingest",
        "id": PLACE,
        "type": "uk.gov.social-value.submission.rejected.v1",
        "subject": "dwp",
        "time": "2026-11-24T12:00:00.000000Z",
        "datacontenttype": "application/json",
        "data": {
            "problem": {
                "type": "/problems/wrong-subject",
                "title": "The subject does not fit the type of event",
                "detail": "no",
                "errors": [{"pointer": "/subject", "detail": "no"}],
            },
            "event": {"source": "/dwp/system", "id": "e-1"},
            "place": PLACE,
            "raw_base64": base64.b64encode(b"\xff{").decode(),
            "raw_bytes": 2,
        },
    }


def test_a_rejection_of_an_event_without_id_is_keyed_by_its_place() -> None:
    """A key is needed, and the place is the one thing that is always known."""
    unknown = Rejected(problem("not-json", "", "no"))
    assert message(unknown, sender="dwp", raw=b"", place=PLACE, now=NOW).key == PLACE


def test_the_rejection_of_a_tombstone_gives_no_bytes_back() -> None:
    """Nothing is told apart from empty."""
    data = orjson.loads(message(REFUSED, sender="dwp", raw=None, place=PLACE, now=NOW).value)["data"]
    assert (data["raw_base64"], data["raw_bytes"]) == (None, None)


def test_a_redelivered_submission_is_rejected_in_the_same_words() -> None:
    """The rejection's id is the place, so its receiver knows a repeat."""
    once, again = (message(REFUSED, sender="dwp", raw=b"{}", place=PLACE, now=NOW) for _ in range(2))
    assert once == again


def test_the_largest_rejection_is_one_that_kafka_takes() -> None:
    """However much came, and however much of it is quoted: a rejection that cannot be sent would stop the line."""
    worst = "\x01😀" * 1_000_000
    found = Rejected(Problem("invalid-data", worst, (Fault(worst, worst),) * 20), "/" + "s" * 299, "😀" * 300)
    sent = message(found, sender="dwp", raw=b"\xff" * 16_000_000, place=PLACE, now=NOW)
    assert len(sent.value) + len(sent.key.encode()) < LARGEST_RECORD
