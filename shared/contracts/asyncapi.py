"""The AsyncAPI 3.0 document: every channel by its real topic name, who sends what there, and how it looks. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.contracts import answers, schemas
from shared.contracts.schemas import ATTRIBUTES, REQUIRED, Json
from shared.envelope import CONTENT_TYPE
from shared.events.catalogue import CATALOGUE, PREFIX, SUBJECTS, EventType, Role
from shared.topics import (
    IMPLEMENTATION_STATUS,
    PROCUREMENT_EVENTS,
    REPORTS_PUBLISHED,
    Topic,
    rejections,
    submissions,
    topics,
)

ABOUT = """Departments send events on `submissions.{sender}` and read on `rejections.{sender}` what was refused and why.
Delivery is at least once: an event is identified by its `source` and `id`, and a repeat changes nothing.
Operations are named for whom they belong to; `send` and `receive` are seen from there."""
STRUCTURED = "application/cloudevents+json"
FOR_EVER = -1
SERVICES = ("ingest", "aggregator", "reporter")
KEYS = {
    "submissions": "any; it is not looked at",
    "rejections": "the id of the event in question, else the place where it came in",
    "events": "the event's subject",
    "status": "department/period",
    "reports": "department/period, or overview/period",
}


def document(senders: Sequence[str], version: str = "1.0.0") -> Json:
    """`senders`: the codes of the register."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Social value returns: Kafka", "version": version, "description": ABOUT},
        "defaultContentType": STRUCTURED,
        "servers": {"kafka": _server()},
        "channels": _channels(senders),
        "operations": _operations(),
        "components": {
            "messages": _messages(),
            "schemas": {
                "CloudEvent": schemas.envelope(),
                "AcceptedEvent": _accepted(),
                **schemas.components([*schemas.data_models(), *answers.DATA.values()]),
            },
            "securitySchemes": {
                "scram": {
                    "type": "scramSha512",
                    "description": "A sender's own principal: it writes its submissions and reads its rejections.",
                }
            },
        },
    }


def _server() -> Json:
    return {
        "host": "{host}:{port}",
        "protocol": "kafka-secure",
        "description": "SASL/SCRAM-SHA-512 through TLS.",
        "security": [{"$ref": "#/components/securitySchemes/scram"}],
        "variables": {
            "host": {"description": "given to you with your password", "default": "localhost"},
            "port": {"default": "9092"},
        },
    }


def _short(type_: str) -> str:
    """`uk.gov.social-value.heartbeat.v1` → `heartbeat.v1`, a name for a component."""
    return type_.removeprefix(PREFIX)


def _submitted(row: EventType) -> list[str]:
    return [f"{_short(row.type)}.structured", f"{_short(row.type)}.binary"]


def _channels(senders: Sequence[str]) -> Json:
    by_name = {topic.name: topic for topic in topics(list(senders))}
    rows = list(CATALOGUE.values())
    submitted = [name for row in rows for name in _submitted(row)] + ["release"]
    return {
        "submissions": _channel(
            submissions("{sender}"), "What a sender sends", submitted, by_name[submissions(senders[0])], senders
        ),
        "rejections": _channel(
            rejections("{sender}"),
            "What was refused of it, and why",
            map(_short, answers.ON_REJECTIONS),
            by_name[rejections(senders[0])],
            senders,
        ),
        "events": _channel(
            PROCUREMENT_EVENTS,
            "Accepted events",
            [f"{_short(row.type)}.accepted" for row in rows],
            by_name[PROCUREMENT_EVENTS],
        ),
        "status": _channel(
            IMPLEMENTATION_STATUS,
            "A department's standing for one period; the latest of a key counts",
            [_short(answers.STATUS_CHANGED)],
            by_name[IMPLEMENTATION_STATUS],
        ),
        "reports": _channel(
            REPORTS_PUBLISHED, "Published reports", [_short(answers.REPORT_PUBLISHED)], by_name[REPORTS_PUBLISHED]
        ),
    }


def _channel(
    address: str, title: str, messages: Iterable[str], topic: Topic, senders: Sequence[str] | None = None
) -> Json:
    about = "a sender of the register: a department's code, or one of the fixed senders"
    settings: Json = {"cleanup.policy": ["compact" if topic.compacted else "delete"]}
    if topic.forever:
        settings["retention.ms"] = FOR_EVER
    return {
        "address": address,
        "title": title,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        **({"parameters": {"sender": {"enum": list(senders), "description": about}}} if senders else {}),
        "bindings": {
            "kafka": {"partitions": topic.partitions, "topicConfiguration": settings, "bindingVersion": "0.5.0"}
        },
    }


def _operations() -> Json:
    found: Json = {}
    for role in Role:
        sent = [name for row in CATALOGUE.values() if role in row.senders for name in _submitted(row)]
        if any(role in row.senders and row.name == "notice.published" for row in CATALOGUE.values()):
            sent.append("release")
        about = f"A {role.value} submits events of the types that it may send."
        found[f"{role.value}.submit"] = _operation("send", "submissions", sent, about)
        hears = f"A {role.value} hears what of its own was refused."
        found[f"{role.value}.hear"] = _operation("receive", "rejections", map(_short, answers.ON_REJECTIONS), hears)
    accepted = [f"{_short(type_)}.accepted" for type_ in CATALOGUE]
    by_ingest = [answers.REJECTED, answers.BRAKE_APPLIED, answers.BRAKE_RELEASED]
    status, report = [_short(answers.STATUS_CHANGED)], [_short(answers.REPORT_PUBLISHED)]
    every = [name for row in CATALOGUE.values() for name in _submitted(row)] + ["release"]
    all_answers = map(_short, answers.ON_REJECTIONS)
    return found | {
        "ingest.take": _operation("receive", "submissions", every, "Ingest judges what comes in."),
        "ingest.refuse": _operation("send", "rejections", map(_short, by_ingest), "Ingest tells what it refused."),
        "ingest.accept": _operation("send", "events", accepted, "Ingest passes on what it accepted."),
        "aggregator.record": _operation("receive", "events", accepted, "The aggregator records every event once."),
        "aggregator.contradict": _operation(
            "send", "rejections", [_short(answers.CONFLICTED)], "The aggregator tells of a second content under one id."
        ),
        "aggregator.remember": _operation(
            "receive", "rejections", all_answers, "The aggregator keeps refusals, so that receipts can say them."
        ),
        "aggregator.state": _operation("send", "status", status, "The aggregator tells a department's standing."),
        "reporter.hear": _operation("receive", "status", status, "The reporter keeps the latest standing."),
        "reporter.publish": _operation("send", "reports", report, "The reporter tells of what it published."),
    }


def _operation(action: str, channel: str, messages: Iterable[str], summary: str) -> Json:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }


def _messages() -> Json:
    found: Json = {"release": _release()}
    for row in CATALOGUE.values():
        data = schemas.reference(row.model)
        title, subject = _short(row.type), SUBJECTS[row.kind][1] if row.kind else "that of the event withdrawn"
        about = f"{(row.model.__doc__ or '').strip()} Subject: {subject}.".strip()
        accepted = schemas.event_schema(row.type, data)
        accepted["allOf"] = [{"$ref": "#/components/schemas/AcceptedEvent"}]
        found |= {
            f"{title}.structured": _structured(title, about, schemas.event_schema(row.type, data), "submissions"),
            f"{title}.binary": _binary(row, about, data),
            f"{title}.accepted": _structured(title, about, accepted, "events", content_type=CONTENT_TYPE),
        }
    places = dict.fromkeys(answers.ON_REJECTIONS, "rejections") | {
        answers.STATUS_CHANGED: "status",
        answers.REPORT_PUBLISHED: "reports",
    }
    for type_, model in answers.DATA.items():
        payload = schemas.event_schema(type_, schemas.reference(model))
        about = (model.__doc__ or "").strip()
        found[_short(type_)] = _structured(_short(type_), about, payload, places[type_], content_type=CONTENT_TYPE)
    return dict(sorted(found.items()))


def _headers(properties: Json, required: Sequence[str]) -> Json:
    return {"type": "object", "properties": properties, "required": list(required)}


def _kafka(channel: str) -> Json:
    return {"kafka": {"key": {"type": "string", "description": KEYS[channel]}, "bindingVersion": "0.5.0"}}


def _structured(title: str, about: str, payload: Json, channel: str, *, content_type: str = STRUCTURED) -> Json:
    """CloudEvents on Kafka 3.3: everything is in the value, and the header says so."""
    header = {"type": "string", "pattern": r"^application/cloudevents\+json", "description": "says: structured mode"}
    return {
        "title": f"{title}, structured",
        "description": about,
        "contentType": content_type,
        "headers": _headers({"content-type": header}, ["content-type"]),
        "payload": payload,
        "bindings": _kafka(channel),
    }


def _binary(row: EventType, about: str, data: Json) -> Json:
    """CloudEvents on Kafka 3.2: the value is the data, the attributes are headers in UTF-8."""
    properties: Json = {f"ce_{name}": each for name, each in ATTRIBUTES.items() if name != "datacontenttype"}
    properties["ce_type"] = {"const": row.type}
    properties["content-type"] = {**ATTRIBUTES["datacontenttype"], "description": "of the data: JSON, if it is given"}
    return {
        "title": f"{_short(row.type)}, binary",
        "description": about,
        "contentType": "application/json",
        "headers": _headers(properties, [f"ce_{name}" for name in REQUIRED]),
        "payload": data,
        "bindings": _kafka("submissions"),
    }


def _release() -> Json:
    return {
        "title": "an OCDS release as it stands",
        "description": "With neither a CloudEvents content type nor ce_ headers, a value is taken for an OCDS release.",
        "contentType": "application/json",
        "payload": {"$ref": "#/components/schemas/NoticePublished"},
        "bindings": _kafka("submissions"),
    }


def _accepted() -> Json:
    """What ingest adds to an event: who sent it, and when it came."""
    added: dict[str, Any] = {
        "sender": {"type": "string", "description": "who sent it, by its topic or its credential"},
        "receivedtime": {"type": "string", "format": "date-time", "description": "when ingest took it"},
    }
    return {
        "allOf": [{"$ref": "#/components/schemas/CloudEvent"}],
        "properties": added,
        "required": [*added],
    }
