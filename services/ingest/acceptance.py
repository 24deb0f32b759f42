"""accept(): raw bytes and who sent them → an accepted event or a problem. One pure function for all three ways in."""

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.ingest import decoding
from services.ingest.attributes import MAX_TEXT, Attributes, Refused, check_attributes, check_data
from services.ingest.binding import Mode, Submission
from services.ingest.buyers import buyer_of
from services.ingest.problems import Problem, escape, problem
from shared import times
from shared.departments import Register, Sender
from shared.envelope import Event
from shared.events.catalogue import CATALOGUE, SUBJECTS, EventType, Kind, Role, event_type, kind_of
from shared.events.review import BuyerAttributed, CaseOpened
from shared.periods import Period

NOTICE = event_type("notice.published").type
NAMING_A_DEPARTMENT = (BuyerAttributed, CaseOpened)
CLOCKS_DIFFER = timedelta(days=1)
LARGEST_EVENT = 1_500_000
"""Bytes of an event as we write it: with room to spare in what Kafka takes (`shared.messages.producer`)."""
LONGEST_SPELLING = 5
"""`1e15,` becomes `1000000000000000.0,`: no JSON grows more than so many times when we write it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The event, canonical, and ready for `procurement.events` under the key `event.subject`."""

    event: Event


@dataclass(frozen=True, slots=True)
class Rejected:
    """`id` and `source` as far as they could be read."""

    problem: Problem
    source: str | None = None
    id: str | None = None


def accept(
    submission: Submission,
    *,
    sender: Sender | None,
    register: Register,
    received: datetime,
    replay: bool = False,
    traceparent: str | None = None,
) -> Accepted | Rejected:
    """`sender` None leaves out the question who may send what (`svr check` before a sender is known).

    `received` is UTC. `replay` takes the event's own `recordedtime` for it, for playing in a history. `traceparent`: of
    the request or record that brought it, for an event without one of its own.
    """
    try:
        attributes, data = _read(submission, sender)
    except decoding.NotJson as refused:
        return Rejected(refused.problem)
    except Refused as refused:
        return Rejected(refused.problem, refused.source, refused.id)
    row = CATALOGUE.get(attributes.type)
    found = (
        problem("unknown-type", "/type", f"{attributes.type!r} is not in the catalogue; see docs/events.md")
        if row is None
        else _subject_fault(attributes, row, register)
        or _data_fault(attributes, row, data, register)
        or (_sender_fault(attributes, row, sender) if sender is not None else None)
        or (_buyer_fault(attributes, data, sender, register, received) if sender is not None else None)
    )
    received = attributes.recorded if replay and attributes.recorded is not None else received
    if found is None and attributes.time > received + CLOCKS_DIFFER:
        pointer = "/date" if attributes.bare else "/time"
        found = problem("in-the-future", pointer, f"{times.text(attributes.time)} has not happened yet")
    if found is not None:
        return Rejected(found, attributes.source, attributes.id)
    event = Event(
        source=attributes.source,
        id=attributes.id,
        type=attributes.type,
        subject=attributes.subject,
        time=attributes.time,
        data=data,
        sender=sender.code if sender is not None else "",
        received=received,
        recorded=attributes.recorded,
        traceparent=attributes.traceparent or traceparent,
    )
    too_large = _size_fault(event, len(submission.body or b""))
    return Accepted(event) if too_large is None else Rejected(too_large, event.source, event.id)


def _read(submission: Submission, sender: Sender | None) -> tuple[Attributes, Mapping[str, Any]]:
    """The attributes and the data of a submission in whatever mode. Raises NotJson or Refused."""
    if submission.body is None:
        raise Refused(problem("not-a-cloudevent", "", "the record has no value (a tombstone): nothing was said"))
    if submission.twice:
        reason = "two headers give it; which of them counts is not defined"
        raise Refused(problem("not-a-cloudevent", f"/{escape(submission.twice[0])}", reason))
    if submission.mode is Mode.BINARY:
        attributes = check_attributes(submission.attributes)
        return attributes, _as_object(_data_of(submission.body, attributes), "/data", attributes)
    if submission.mode is Mode.STRUCTURED and "batch" in str(submission.attributes.get("content-type", "")).lower():
        raise Refused(problem("not-a-cloudevent", "", "a batch cannot be one record: send one event a record"))
    value = _as_object(decoding.decode(submission.body), "")
    if submission.mode is Mode.RELEASE or (submission.mode is Mode.LINE and _looks_like_ocds(value)):
        return _of_release(value, sender), value
    attributes = check_attributes({name: v for name, v in value.items() if name not in ("data", "data_base64")})
    data = _from_base64(value, attributes) if "data_base64" in value else value.get("data")
    if data is None:
        raise Refused(problem("invalid-data", "/data", "the event has no data"), attributes.source, attributes.id)
    return attributes, _as_object(data, "/data", attributes)


def _looks_like_ocds(value: Mapping[str, Any]) -> bool:
    """A line that says neither is judged as a CloudEvent, and told what it lacks to be one."""
    return "specversion" not in value and any(name in value for name in ("ocid", "releases", "records"))


def _as_object(value: Any, pointer: str, attributes: Attributes | None = None) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise Refused(
        problem("invalid-data", pointer, "must be a JSON object"),
        attributes.source if attributes else None,
        attributes.id if attributes else None,
    )


def _data_of(raw: bytes, attributes: Attributes) -> Any:
    """Data that came apart from its envelope; its faults have their place under `/data`. Raises Refused."""
    try:
        return decoding.decode(raw)
    except decoding.NotJson as refused:
        raise Refused(refused.problem.under("/data"), attributes.source, attributes.id) from None


def _from_base64(value: Mapping[str, Any], attributes: Attributes) -> Any:
    reason = "stands beside data; send one of the two" if "data" in value else "is not base64"
    text = value["data_base64"]
    with suppress(ValueError):
        if "data" not in value and isinstance(text, str):
            return _data_of(base64.b64decode(text, validate=True), attributes)
    raise Refused(problem("not-a-cloudevent", "/data_base64", reason), attributes.source, attributes.id)


def _of_release(release: Mapping[str, Any], sender: Sender | None) -> Attributes:
    """The envelope of a bare OCDS release: OCDS makes (ocid, id) unique, so that pair is the event's id."""
    ocid, id, date = (release.get(name) for name in ("ocid", "id", "date"))
    if isinstance(release.get("records"), list):
        raise Refused(problem("invalid-data", "/records", "a record package: POST it to /v1/releases"))
    if isinstance(release.get("releases"), list):
        reason = "a package: send its releases one by one, or POST it to /v1/releases"
        raise Refused(problem("invalid-data", "/releases", reason))
    for name, value in (("ocid", ocid), ("id", id), ("date", date)):
        if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
            reason = f"an OCDS release needs {name}, as text of at most {MAX_TEXT} characters"
            raise Refused(problem("invalid-data", f"/{name}", reason))
    try:
        time = times.parse(str(date))
    except ValueError:
        raise Refused(problem("invalid-data", "/date", f"{date!r} is no RFC 3339 time with an offset")) from None
    if not times.is_plausible(time):
        reason = f"{date!r} lies outside {times.FIRST_YEAR} to {times.LAST_YEAR}"
        raise Refused(problem("invalid-data", "/date", reason))
    source = f"/{sender.code}/notices" if sender is not None else "/notices"
    return Attributes(source=source, id=f"{ocid}/{id}", type=NOTICE, subject=str(ocid), time=time, bare=True)


def _subject_fault(attributes: Attributes, row: EventType, register: Register) -> Problem | None:
    kind = kind_of(attributes.subject)
    if kind is None or (row.kind is not None and kind is not row.kind):
        wanted = SUBJECTS[row.kind][1] if row.kind is not None else "the subject of the event withdrawn"
        pointer = "/ocid" if attributes.bare else "/subject"
        return problem("wrong-subject", pointer, f"{attributes.subject!r} does not fit {row.name}: give {wanted}")
    if kind in (Kind.ROUND, Kind.STATEMENT):
        try:
            Period.parse(attributes.subject.partition("/")[0])
        except ValueError as fault:
            return problem("wrong-subject", "/subject", str(fault))
    code = _department_of(attributes.subject, kind)
    if code is not None and not register.has_department(code):
        return problem("wrong-subject", "/subject", f"{code!r} is no department of the register")
    return None


def _data_fault(attributes: Attributes, row: EventType, data: Mapping[str, Any], register: Register) -> Problem | None:
    """The data against its type's model, and what it names against the subject and the register."""
    at = "" if attributes.bare else "/data"
    if found := check_data(row.model, data, at=at):
        return found
    if row.type == NOTICE and data["ocid"] != attributes.subject:
        return problem("wrong-subject", "/subject", f"the release is of {data['ocid']!r}")
    if row.model in NAMING_A_DEPARTMENT and not register.has_department(data["department"]):
        return problem("invalid-data", f"{at}/department", f"{data['department']!r} is no department of the register")
    return None


def _size_fault(event: Event, received_bytes: int) -> Problem | None:
    """As we write an event it may be longer than it came: `1e15` becomes `1000000000000000.0`. Few come that long."""
    if received_bytes * LONGEST_SPELLING <= LARGEST_EVENT or len(event.to_json()) <= LARGEST_EVENT:
        return None
    return problem("too-large", "", f"more than {LARGEST_EVENT} bytes with every number written out")


def _department_of(subject: str, kind: Kind) -> str | None:
    if kind is Kind.DEPARTMENT:
        return subject
    return subject.partition("/")[2] if kind is Kind.STATEMENT else None


def _sender_fault(attributes: Attributes, row: EventType, sender: Sender) -> Problem | None:
    if sender.role not in row.senders:
        allowed = " or ".join(sorted(role.value for role in row.senders))
        return problem("not-yours-to-send", "/type", f"{sender.code} may not send {row.name}; {allowed} may")
    kind = kind_of(attributes.subject)
    code = _department_of(attributes.subject, kind) if kind is not None else None
    if sender.role is Role.DEPARTMENT and code is not None and code != sender.code:
        return problem("not-yours-to-send", "/subject", f"{sender.code} may not speak for {code}")
    return None


def _buyer_fault(
    attributes: Attributes, data: Mapping[str, Any], sender: Sender, register: Register, received: datetime
) -> Problem | None:
    """A department's notice is of itself, of a body of its own, or of a department whose work it has taken over.

    A buyer whom the register does not know passes: it is attributed later.
    """
    if sender.role is not Role.DEPARTMENT or attributes.type != NOTICE:
        return None
    ids, name = buyer_of(data)
    found = register.resolve(ids=ids, name=name, on=times.london_day(attributes.time))
    if found is None or sender.code in (found.key, found.department):
        return None
    if sender.code in dict(register.successors(found.department, times.london_day(received))):
        return None
    pointer = "/buyer" if attributes.bare else "/data/buyer"
    return problem("not-yours-to-send", pointer, f"the buyer is {found.key}, for which {found.department} answers")
