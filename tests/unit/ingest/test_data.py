"""The data of an event against its type's model, in JSON's own types."""

from typing import Any

import pytest

from tests.unit.ingest.examples import EXAMPLES, accepted, event_of, rejected, structured

NO_DAY = "must be a day such as 2026-04-01"
NO_TIME = "must be a time with its offset such as 2026-04-01T09:30:00+01:00"
YEARS = "must lie between 2001 and 2098"
KEY = "String should match pattern '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,119}$'"

FAULTY: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "text for a count": (
        "staff.counted", {"commercial_staff": "5"}, "/commercial_staff", "Input should be a valid integer"
    ),
    "a fraction for a count": (
        "staff.counted", {"commercial_staff": 5.0}, "/commercial_staff", "Input should be a valid integer"
    ),
    "a flag for a count": (
        "staff.counted", {"commercial_staff": True}, "/commercial_staff", "Input should be a valid integer"
    ),
    "fewer than nobody": (
        "staff.counted", {"commercial_staff": -1}, "/commercial_staff", "Input should be greater than or equal to 0"
    ),
    "a number for a flag": ("consultation.decided", {"consult": 1}, "/consult", "Input should be a valid boolean"),
    "text for a flag": ("consultation.decided", {"consult": "true"}, "/consult", "Input should be a valid boolean"),
    "null for a flag": ("consultation.decided", {"consult": None}, "/consult", "Input should be a valid boolean"),
    "1 for true": ("heartbeat", {"nothing_to_report": 1}, "/nothing_to_report", "must be true, or be left out"),
    "false for true": ("heartbeat", {"nothing_to_report": False}, "/nothing_to_report", "must be true, or be left out"),
    "a number for text": ("guidance.issued", {"title": 7}, "/title", "Input should be a valid string"),
    "blank text": ("guidance.issued", {"title": " "}, "/title", "String should have at least 1 character"),
    "text without end": (
        "guidance.issued", {"title": "x" * 301}, "/title", "String should have at most 300 characters"
    ),
    "text for a list": ("example.shared", {"strands": "social"}, "/strands", "Input should be a valid array"),
    "an object for a list": ("procurement.started", {"codes": {}}, "/codes", "Input should be a valid array"),
    "an empty list of strands": (
        "example.shared", {"strands": []}, "/strands", "List should have at least 1 item after validation, not 0"
    ),
    "a word in a list": (
        "urgency.claimed", {"subsections": ["3", "8"]}, "/subsections/1", "Input should be '3', '6' or '7'"
    ),
    "a number in a list of words": (
        "urgency.claimed", {"subsections": [3]}, "/subsections/0", "Input should be '3', '6' or '7'"
    ),
    "a word not listed": (
        "kpi.assessed", {"rating": "fair"}, "/rating",
        "Input should be 'good', 'approaching-target', 'requires-improvement', 'inadequate' or 'other'",
    ),
    "a list for an object": (
        "consideration.recorded", {"strands": []}, "/strands", "Input should be an object"
    ),
    "a strand without its reason": (
        "consideration.recorded", {"strands": {"social": {"answer": "not-relevant"}}}, "/strands/social",
        "not-relevant needs the reason in text",
    ),
    "a property misspelt": ("heartbeat", {"nothing": True}, "/nothing", "Extra inputs are not permitted"),
    "a property misspelt, inside": (
        "procurement.proposed", {"value": {"nett": 1}}, "/value/nett", "Extra inputs are not permitted"
    ),
    "a property with a slash": ("heartbeat", {"a/b": 1}, "/a~1b", "Extra inputs are not permitted"),
    "pence in thousandths": (
        "procurement.proposed", {"value": {"net": 1.005}}, "/value/net",
        "Decimal input should have no more than 2 decimal places",
    ),
    "less than nothing": (
        "procurement.proposed", {"value": {"net": "-1"}}, "/value/net", "Input should be greater than or equal to 0"
    ),
    "NaN as text": ("procurement.started", {"weight": "NaN"}, "/weight", "Input should be a finite number"),
    "more than the whole": (
        "procurement.started", {"weight": 101}, "/weight", "Input should be less than or equal to 100"
    ),
    "a flag for a number": (
        "procurement.started", {"weight": True}, "/weight",
        "Decimal input should be an integer, float, string or Decimal object",
    ),
    "a link that is none": (
        "guidance.issued", {"url": "javascript:alert(1)"}, "/url",
        "String should match pattern '^https?://[^\\s<>\\\"]+$'",
    ),
    "a hash in capitals": (
        "consideration.recorded", {"evidence": {"url": "https://example.gov.uk", "sha256": "A" * 64}},
        "/evidence/sha256", "String should match pattern '^[0-9a-f]{64}$'",
    ),
    "a key with spaces about it": ("commitment.made", {"commitment": " C-1"}, "/commitment", KEY),
    "a key with a line break": ("action.closed", {"action": "A-1\n"}, "/action", KEY),
    "a day the British way": ("staff.counted", {"counted_on": "01/11/2026"}, "/counted_on", NO_DAY),
    "a day in basic format": ("staff.counted", {"counted_on": "20261101"}, "/counted_on", NO_DAY),
    "a day as seconds since 1970": ("staff.counted", {"counted_on": "1700006400"}, "/counted_on", NO_DAY),
    "a day as a number": ("staff.counted", {"counted_on": 1700006400}, "/counted_on", "Input should be a valid date"),
    "a day with a time": ("staff.counted", {"counted_on": "2026-11-01T00:00:00Z"}, "/counted_on", NO_DAY),
    "a day in other digits": ("staff.counted", {"counted_on": "२०२६-११-०१"}, "/counted_on", NO_DAY),
    "the 31st of June": ("staff.counted", {"counted_on": "2026-06-31"}, "/counted_on", "day is out of range for month"),
    "a day long ago": ("staff.counted", {"counted_on": "2000-12-31"}, "/counted_on", YEARS),
    "a day at the end of time": ("round.opened", {"due": "9999-12-31"}, "/due", YEARS),
    "a time as seconds since 1970": ("round.opened", {"publish_at": "1700006400"}, "/publish_at", NO_TIME),
    "a time without offset": ("round.opened", {"publish_at": "2026-12-20T09:30:00"}, "/publish_at", NO_TIME),
    "a time at the end of time": ("round.opened", {"publish_at": "9999-12-31T23:59:59Z"}, "/publish_at", YEARS),
    "a time before the year 1": (
        "round.opened", {"publish_at": "0001-01-01T00:00:00+14:00"}, "/publish_at",
        "'0001-01-01T00:00:00+14:00' is no time that can be",
    ),
    "a moment as seconds since 1970": (
        "consideration.recorded", {"considered_at": "1700006400.5"}, "/considered_at", NO_TIME
    ),
    "a moment without offset": (
        "consideration.recorded", {"considered_at": "2026-11-01T09:30:00"}, "/considered_at", NO_TIME
    ),
    "a department that is none": (
        "buyer.attributed", {"department": "ministry-of-magic"}, "/department",
        "'ministry-of-magic' is no department of the register",
    ),
    "a case about a department that is none": (
        "case.opened", {"department": "ministry-of-magic"}, "/department",
        "'ministry-of-magic' is no department of the register",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "changes", "pointer", "detail"), FAULTY.values(), ids=list(FAULTY))
def test_faulty_data_is_refused_by_its_place(name: str, changes: dict[str, Any], pointer: str, detail: str) -> None:
    """One fault, with the JSON pointer of the property and what it must be."""
    sender, _, data = EXAMPLES[name]
    assert rejected(structured(event_of(name, data=data | changes)), sender=sender) == (
        "invalid-data",
        [(f"/data{pointer}", detail)],
    )


REQUIRED = {
    "commitment.made": ["commitment", "description"],
    "round.opened": ["due", "publish_at"],
    "statement.signed": ["office", "signed_by", "signed_on", "statement"],
}


@pytest.mark.parametrize(("name", "properties"), REQUIRED.items())
def test_every_property_that_is_missing_is_named(name: str, properties: list[str]) -> None:
    """Empty data is refused once, with every property that its type requires."""
    slug, faults = rejected(structured(event_of(name, data={})), sender=EXAMPLES[name][0])
    assert (slug, sorted(faults)) == ("invalid-data", [(f"/data/{wanted}", "Field required") for wanted in properties])


def test_a_buyer_is_attributed_by_id_or_name() -> None:
    """With neither, nobody would know who is attributed."""
    event = event_of("buyer.attributed", data={"department": "dwp"})
    assert rejected(structured(event), sender="review-team") == (
        "invalid-data",
        [("/data", "needs buyer_id, buyer_name or both")],
    )


def test_a_missing_property_deep_inside_is_named() -> None:
    """The pointer leads through lists to the object that lacks it."""
    data = EXAMPLES["statement.signed"][2] | {"actions": [{"action": "A-2", "text": "Train all."}, {"action": "A-3"}]}
    assert rejected(structured(event_of("statement.signed", data=data))) == (
        "invalid-data",
        [("/data/actions/1/text", "Field required")],
    )


SOUND: dict[str, tuple[str, dict[str, Any]]] = {
    "the first day": ("staff.counted", {"counted_on": "2001-01-01"}),
    "the last day": ("staff.counted", {"counted_on": "2098-12-31"}),
    "a day as a moment": ("consideration.recorded", {"considered_at": "2026-11-01"}),
    "a time as a moment": ("consideration.recorded", {"considered_at": "2026-11-01T09:30:00.123456789+01:00"}),
    "money as text": ("procurement.proposed", {"value": {"net": "0.10", "gross": "999999999999.99"}}),
    "money as a number": ("procurement.proposed", {"value": {"net": 0.1}}),
    "null for what may be missing": ("guidance.issued", {"pages": None, "url": None}),
    "every character": ("barrier.reported", {"text": "“Größe” \u200b&amp; \U0001f600\u0001\t\n\ufeff"}),
}


@pytest.mark.parametrize(("name", "changes"), SOUND.values(), ids=list(SOUND))
def test_sound_data_is_kept_as_it_was_sent(name: str, changes: dict[str, Any]) -> None:
    """The ledger has the sender's own spelling."""
    data = EXAMPLES[name][2] | changes
    assert accepted(structured(event_of(name, data=data))).data == data
