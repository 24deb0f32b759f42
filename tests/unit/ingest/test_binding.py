"""The CloudEvents bindings: which mode a submission is in, and what its headers say."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.binding import Mode, Submission, from_http, from_kafka

BODY = b'{"a":1}'
JSON = "application/cloudevents+json"


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/cloudevents+json",
        b"application/cloudevents",
        b"Application/CloudEvents+JSON",
        b"application/cloudevents+json; charset=utf-8",
        b"  application/cloudevents+json;charset=UTF-8",
    ],
)
def test_on_kafka_the_media_type_makes_it_structured(content_type: bytes) -> None:
    """Whatever its case and its parameters."""
    found = from_kafka([("content-type", content_type)], BODY)
    assert found == Submission(Mode.STRUCTURED, BODY, {"content-type": content_type.decode()})


def test_on_kafka_headers_beside_a_structured_event_are_ignored() -> None:
    """The envelope in the value counts; copies of its attributes for routing do not make it binary."""
    headers = [("ce_id", b"other"), ("Content-Type", JSON.encode()), ("ce_ID", b"\xff"), ("ce_id", b"again")]
    assert from_kafka(headers, BODY) == Submission(Mode.STRUCTURED, BODY, {"content-type": JSON})


def test_on_kafka_ce_headers_make_it_binary() -> None:
    """Every ce_ header is an attribute; the content type is the data's; other headers are none of ours."""
    headers = [("ce_id", b"e-1"), ("ce_specversion", b"1.0"), ("content-type", b"application/json"), ("trace", b"x")]
    assert from_kafka(headers, BODY) == Submission(
        Mode.BINARY, BODY, {"id": "e-1", "specversion": "1.0", "datacontenttype": "application/json"}
    )


def test_on_kafka_one_ce_header_is_enough() -> None:
    """What is missing is refused later, by name, and never made up."""
    assert from_kafka([("ce_source", b"/s")], BODY) == Submission(Mode.BINARY, BODY, {"source": "/s"})


def test_on_kafka_values_are_utf_8_and_not_percent_encoded() -> None:
    """A percent sign means itself."""
    headers = [("ce_id", "№ 7".encode()), ("ce_subject", b"a%20b")]
    assert from_kafka(headers, BODY).attributes == {"id": "№ 7", "subject": "a%20b"}


def test_on_kafka_a_value_that_is_not_utf_8_stays_bytes() -> None:
    """So that it is refused by name, instead of failing the whole batch."""
    assert from_kafka([("ce_id", b"\xff")], BODY) == Submission(Mode.BINARY, BODY, {"id": b"\xff"})


def test_on_kafka_a_null_header_is_an_empty_one() -> None:
    """Kafka has null values for headers; CloudEvents has not."""
    assert from_kafka([("ce_id", None), ("content-type", None)], BODY) == Submission(Mode.BINARY, BODY, {"id": ""})


def test_on_kafka_a_name_keeps_its_case() -> None:
    """An attribute in capitals is refused, not mended."""
    assert from_kafka([("CE_Id", b"1")], BODY).attributes == {"Id": "1"}


def test_on_kafka_a_content_type_that_is_no_text_is_no_structured_mode() -> None:
    """It is refused as a data type instead of failing the whole batch."""
    found = from_kafka([("content-type", b"\xff"), ("ce_id", b"1")], BODY)
    assert found.attributes == {"id": "1", "datacontenttype": "ÿ"}


@pytest.mark.parametrize("headers", [[], [("content-type", b"application/json")], [("id", b"1"), ("ce-id", b"1")]])
def test_on_kafka_with_neither_the_value_is_a_release(headers: list[tuple[str, bytes | None]]) -> None:
    """A publisher's plain OCDS needs no headers."""
    assert from_kafka(headers, BODY) == Submission(Mode.RELEASE, BODY, {})


def test_on_kafka_a_null_value_stays_null() -> None:
    """A tombstone is told apart from an empty value."""
    assert from_kafka([("ce_id", b"1")], None) == Submission(Mode.BINARY, None, {"id": "1"})


@pytest.mark.parametrize(
    ("headers", "twice"),
    [
        ([("ce_id", b"1"), ("ce_id", b"2"), ("ce_source", b"/s")], ("id",)),
        ([("ce_id", b"1"), ("ce_id", b"1")], ("id",)),
        ([("content-type", JSON.encode()), ("Content-Type", b"text/json"), ("ce_id", b"1")], ("datacontenttype",)),
        ([("content-type", b"text/plain"), ("content-type", b"application/json")], ("datacontenttype",)),
    ],
)  # fmt: skip
def test_on_kafka_what_two_headers_give_is_marked(headers: list[tuple[str, bytes | None]], twice: Any) -> None:
    """Which of them counts would depend on who reads them."""
    assert from_kafka(headers, BODY).twice == twice


def test_over_http_the_media_type_makes_it_structured() -> None:
    """As on Kafka, with ce- headers beside it ignored."""
    found = from_http([("content-type", f"{JSON}; charset=utf-8"), ("ce-id", "other")], BODY)
    assert found == Submission(Mode.STRUCTURED, BODY, {"content-type": f"{JSON}; charset=utf-8"})


def test_over_http_ce_headers_make_it_binary_whatever_their_case() -> None:
    """Header names have no case in HTTP."""
    headers = [("CE-Id", "e-1"), ("ce-specversion", "1.0"), ("Content-Type", "application/json"), ("accept", "*/*")]
    assert from_http(headers, BODY) == Submission(
        Mode.BINARY, BODY, {"id": "e-1", "specversion": "1.0", "datacontenttype": "application/json"}
    )


VALUES = {
    "plain": ("e-1", "e-1"),
    "the example of the specification": ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"),
    "lower case": ("%e2%82%ac", "€"),
    "decoded once": ("%2525", "%25"),
    "encoded without need": ("%41", "A"),
    "no percent-encoding": ("100%", "100%"),
    "a plus sign": ("a+b", "a+b"),
    "quoted": ('"a b"', "a b"),
    "quoted with escapes": (r'"say \"yes\" \\ no"', r'say "yes" \ no'),
    "quoted and encoded": ('"%E2%82%AC"', "€"),
    "an empty quotation": ('""', ""),
    "one quotation mark": ('"', '"'),
    "not UTF-8": ("%FF", b"\xff"),
    "an overlong space": ("%C0%A0", b"\xc0\xa0"),
    "half a surrogate pair": ("%ED%A0%80", b"\xed\xa0\x80"),
    "bytes outside ASCII": ("é", b"\xe9"),
}


@pytest.mark.parametrize(("raw", "value"), VALUES.values(), ids=list(VALUES))
def test_over_http_values_are_decoded_as_the_binding_says(raw: str, value: str | bytes) -> None:
    """Unquoted, then percent-decoded once; what is no UTF-8 then stays bytes, to be refused by name."""
    assert from_http([("ce-id", raw)], BODY).attributes == {"id": value}


def test_over_http_what_two_headers_give_is_marked() -> None:
    """HTTP allows a header to stand twice, and readers differ about what that means."""
    assert from_http([("ce-id", "1"), ("Ce-Id", "1"), ("ce-source", "/s")], BODY).twice == ("id",)


def test_over_http_with_neither_the_body_is_a_release() -> None:
    """The Kafka prefix means nothing over HTTP."""
    assert from_http([("content-type", "application/json"), ("ce_id", "1")], BODY) == Submission(Mode.RELEASE, BODY, {})


names = st.sampled_from(["content-type", "Content-Type", "ce_id", "ce-id", "CE_", "ce_a b", "x"]) | st.text(max_size=8)
ascii_or_not = st.text(st.characters(max_codepoint=255), max_size=20)


@given(st.lists(st.tuples(names, st.none() | st.binary(max_size=20))), st.none() | st.binary(max_size=20))
@settings(max_examples=100, deadline=None)
def test_on_kafka_any_headers_are_read(headers: list[tuple[str, bytes | None]], value: bytes | None) -> None:
    """Whatever the headers, there is a submission with the value as it came."""
    assert from_kafka(headers, value).body == value


@given(st.lists(st.tuples(names, ascii_or_not | st.from_regex(r'"?(%[0-9a-fA-F]{2}|\\.|.)*"?', fullmatch=True))))
@settings(max_examples=100, deadline=None)
def test_over_http_any_headers_are_read(headers: list[tuple[str, str]]) -> None:
    """Whatever the headers, there is a submission with the body as it came."""
    assert from_http(headers, BODY).body == BODY
