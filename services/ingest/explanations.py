"""What each problem means and what to do: the pages that the `type` of a problem leads to."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.ingest.problems import TITLES


@dataclass(frozen=True, slots=True)
class Explanation:
    """`status` of the answer over HTTP; `pointer` and `detail` are of an example."""

    means: str
    do: str
    status: int
    pointer: str
    detail: str

    def example(self, slug: str) -> dict[str, object]:
        """The problem as HTTP answers it."""
        return {
            "type": f"/problems/{slug}",
            "title": TITLES[slug],
            "status": self.status,
            "detail": self.detail,
            "errors": [{"pointer": self.pointer, "detail": self.detail}] if self.status == 422 else [],
        }


EXPLANATIONS: Mapping[str, Explanation] = {
    "not-json": Explanation(
        "Two programs could read the body differently, or a database could not keep it: it is no UTF-8, no JSON, names "
        "a property twice, or holds NaN, U+0000, half a surrogate pair or an integer beyond 64 bits.",
        "Write the event with a JSON library. Leave out what is unknown; send longer numbers as text.",
        422, "/data/value", "NaN is no JSON number: leave the property out when the value is unknown",
    ),
    "too-large": Explanation(
        "One event may have a million bytes.",
        "Keep documents where they are, and give their address and SHA-256 as evidence.",
        422, "", "2000210 bytes; at most 1000000 are taken",
    ),
    "not-a-cloudevent": Explanation(
        "An attribute that every event needs is missing or is not as CloudEvents 1.0 asks.",
        "Give specversion 1.0, id, source, type, subject and time. An id is never invented for you. In binary mode the "
        "pointer names the attribute without its ce- or ce_.",
        422, "/id", "is missing: it must be a text that is not empty",
    ),
    "unknown-type": Explanation(
        "The type is none of the catalogue, or of another version.",
        "Look for it on /events; a type is written whole, such as uk.gov.social-value.heartbeat.v1.",
        422, "/type", "'uk.gov.social-value.heartbeat.v9' is not in the catalogue",
    ),
    "invalid-data": Explanation(
        "The data is held against the JSON Schema of its type, and against rules that no schema can say. A property "
        "that the type does not know is refused, because it would be a misspelling.",
        "Follow each pointer; the schema is linked on /events. `svr check FILE` finds the same before you send.",
        422, "/data/considered_at", "must be a time with its offset such as 2026-04-01T09:30:00+01:00",
    ),
    "wrong-subject": Explanation(
        "The subject says what an event is about: an OCID, a department, a round, a case. It does not fit the type, or "
        "names what the register does not know.",
        "Give the subject that /events names for the type.",
        422, "/subject", "'dwp' does not fit procurement.started: give an OCID such as ocds-h6vhtk-06e0b1",
    ),
    "not-yours-to-send": Explanation(
        "A sender speaks for its own department and its bodies, by the types that its role allows, and takes back only "
        "its own events.",
        "Send it with the credential, or on the topic, of the department that it is about.",
        422, "/subject", "dwp may not speak for moj",
    ),
    "in-the-future": Explanation(
        "The time says when it happened; that lies more than a day ahead.",
        "Set the sending system's clock. What is planned has a property of its own, such as planned_start.",
        422, "/time", "2098-01-01T00:00:00Z has not happened yet",
    ),
    "bad-request": Explanation(
        "The request is broken, before any event could be read from it: its gzip or its connection broke off, or a "
        "parameter is missing.",
        "Mend the request as the detail says. Nothing was taken unless receipts stand in the answer.",
        400, "", "the gzip stream breaks off",
    ),
    "unauthorised": Explanation(
        "There is no credential, or it is unknown, expired, or for another audience.",
        "Send Authorization: Bearer with a token of the issuer, or in development with your key. Ask for a new token "
        "when one expires.",
        401, "", "send Authorization: Bearer <token>",
    ),
    "insufficient-scope": Explanation(
        "The token is valid, but its scope does not allow this.",
        "Ask the issuer for the scope that WWW-Authenticate names.",
        403, "", "the token needs the scope events:write",
    ),
    "not-found": Explanation(
        "Nothing is at this address, or no event of yours has this source and id.",
        "Percent-encode source and id as one step each, as the receipt's status_url does.",
        404, "", "no event of yours has this source and id",
    ),
    "method-not-allowed": Explanation(
        "The address exists; the method is not one of its own.", "The header Allow names the methods.",
        405, "", "Method Not Allowed",
    ),
    "too-slow": Explanation(
        "The body comes more slowly than is waited for.", "Send it again, in smaller requests.",
        408, "", "the body came too slowly",
    ),
    "body-too-large": Explanation(
        "The request's body has too many bytes, decompressed, or too many events.",
        "Send several requests; `svr submit` cuts them for you.",
        413, "", "at most 20000 events in one batch; send several",
    ),
    "unsupported-media-type": Explanation(
        "The content type, or the content encoding, is not one that this address takes.",
        "/v1/events takes CloudEvents, /v1/releases OCDS; both take gzip. See /docs.",
        415, "", "send application/cloudevents+json; OCDS releases go to /v1/releases",
    ),
    "too-many-requests": Explanation(
        "You send more events a second than a sender may.", "Wait as many seconds as Retry-After says, then go on.",
        429, "", "dwp may send 1000 events a second",
    ),
    "mostly-refused": Explanation(
        "More than half of what you sent last was refused, so you are slowed; others are not.",
        "Stop, read your rejections, mend what they show, and send what was refused again.",
        429, "", "more than half of dwp's last events were refused: see rejections.dwp",
    ),
    "not-acknowledged": Explanation(
        "Kafka did not acknowledge every event, so none is promised.",
        "Wait as Retry-After says, and send the whole request again: repeats are harmless.",
        503, "", "Send it all again: repeats are harmless.",
    ),
    "not-ready": Explanation(
        "A part that is needed does not answer: Kafka, the issuer of tokens, or the ledger. What was accepted is safe.",
        "Try again after Retry-After.",
        503, "", "Kafka does not answer yet. Try again.",
    ),
    "internal": Explanation(
        "A fault of ours; it stands in our logs.", "Send it again later: repeats are harmless.",
        500, "", "It stands in our logs. Send it again later: repeats are harmless.",
    ),
}  # fmt: skip
"""Slug → its explanation. Every slug of `problems.TITLES` has one; a test holds that."""
