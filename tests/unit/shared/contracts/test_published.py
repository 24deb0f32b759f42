"""What was published stays accepted: the schemas are compatible, and every published example is still taken."""

from typing import Literal

import jsonschema
import orjson
import pytest
from pydantic import create_model

from services.ingest.acceptance import Accepted, accept
from services.ingest.binding import Mode, Submission
from shared.contracts.published import broken_promises, examples, load
from shared.contracts.schemas import schema
from shared.events.base import Data
from shared.events.catalogue import CATALOGUE, EventType, event_type
from shared.events.department import Barrier, BarrierReported
from tests.unit.ingest.examples import NOW, REGISTER

PUBLISHED = load()


def test_no_published_type_refuses_what_it_took() -> None:
    """If this fails, the change needs a new type with a new version, beside the old one."""
    assert broken_promises(PUBLISHED, CATALOGUE.values()) == []


def test_what_is_served_is_published() -> None:
    """A change that widens a type becomes a promise too: `make publish-schemas`."""
    assert {f"{row.name}.v1": schema(row) for row in CATALOGUE.values()} == PUBLISHED


def with_model(name: str, model: type[Data]) -> list[EventType]:
    """The catalogue, with another model for one type."""
    row = event_type(name)
    return [*(r for r in CATALOGUE.values() if r is not row), EventType(name, row.kind, row.senders, model)]


class Narrowed(BarrierReported):
    barrier: Literal[Barrier.NOT_INSPIRED]


MUTATIONS = {
    "a required property more": (
        "heartbeat",
        create_model("M", __base__=event_type("heartbeat").model, since=(str, ...)),
    ),
    "an enumeration narrowed": (
        "barrier.reported",
        Narrowed,
    ),
    "an optional property made required": (
        "action.closed",
        create_model("M", __base__=event_type("action.closed").model, text=(str, ...)),
    ),
    "a property taken away": ("action.closed", create_model("M", __base__=Data, action=(str, ...))),
}


@pytest.mark.parametrize("case", MUTATIONS.values(), ids=list(MUTATIONS))
def test_a_catalogue_that_refuses_more_fails_the_check(case: tuple[str, type[Data]]) -> None:
    """The control: each of these would break a sender, and is named."""
    name, model = case
    found = broken_promises(PUBLISHED, with_model(name, model))
    assert found
    assert all(line.startswith(f"{name}.v1 at ") for line in found)


def test_a_published_type_may_not_disappear() -> None:
    """Its senders would be refused."""
    rest = [row for row in CATALOGUE.values() if row.name != "heartbeat"]
    assert broken_promises(PUBLISHED, rest) == ["heartbeat.v1 was published and is no longer in the catalogue"]


def test_every_published_type_has_examples() -> None:
    """Because the models also hold rules that no schema says (a reason for what is not relevant, for one)."""
    assert examples().keys() == PUBLISHED.keys()
    assert all(examples().values())


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_published_examples_stay_accepted(name: str) -> None:
    """By accept() itself, and by the published schema."""
    for event in examples()[name]:
        jsonschema.Draft202012Validator(PUBLISHED[name]).validate(event["data"])
        sender = REGISTER.sender(event["source"].split("/")[1])
        submission = Submission(Mode.STRUCTURED, orjson.dumps(event), {})
        assert isinstance(accept(submission, sender=sender, register=REGISTER, received=NOW), Accepted)
