"""The hash chain: what its hashes cover, what is named when something was changed, and what is settled when."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.chain import (
    GENESIS,
    Block,
    Entry,
    Fault,
    Horizon,
    block_faults,
    entry_faults,
    link,
)
from shared import times
from shared.envelope import Event

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


def event(id: str) -> Event:
    return Event("/dwp/system", id, "t", "dwp", AT, {"name": "A. Person"}, "dwp", AT, recorded=AT)


def entry(position: int, said: Event) -> Entry:
    body = said.to_json().decode()
    digest = hashlib.sha256(body.encode()).hexdigest()
    line = ["event", position, said.source, said.id, said.type, said.subject, said.sender, times.text(said.time),
            times.text(said.received), said.sha256, digest, 0, position]  # fmt: skip
    return Entry(position, said.source, said.id, said.sha256, body, orjson.dumps(line).decode())


ENTRIES = {position: entry(position, event(f"e{position}")) for position in (1, 2, 5)}
LINES = "\n".join(entry.line for entry in ENTRIES.values())
BLOCK = Block(1, GENESIS, link(GENESIS, LINES), LINES)


def test_what_was_sealed_and_stands_has_no_fault() -> None:
    """Block and rows as they were: nothing is named."""
    assert [*block_faults(BLOCK, number=1, previous=GENESIS), *entry_faults(BLOCK, ENTRIES)] == []


def test_a_row_that_is_gone_is_named() -> None:
    """By source and id, though the row can no longer say them."""
    left = {position: entry for position, entry in ENTRIES.items() if position != 2}
    assert [fault.row for fault in entry_faults(BLOCK, left)] == ["/dwp/system e2"]


def test_a_changed_column_is_named() -> None:
    """The row and the column."""
    other = replace(event("e2"), sender="moj")
    line = orjson.loads(ENTRIES[2].line)
    line[6] = "moj"
    changed = ENTRIES | {2: replace(entry(2, other), body=ENTRIES[2].body, line=orjson.dumps(line).decode())}
    assert list(entry_faults(BLOCK, changed)) == [Fault("/dwp/system e2", "was changed: sender")]


def test_the_database_s_word_for_a_hash_is_not_taken() -> None:
    """A line that says what was sealed beside a body that is another."""
    other = replace(ENTRIES[2], body=ENTRIES[5].body)
    assert [fault.row for fault in entry_faults(BLOCK, ENTRIES | {2: other})] == ["/dwp/system e2"]


@pytest.mark.parametrize(
    ("block", "number", "previous", "words"),
    [
        (replace(BLOCK, lines=LINES.replace("dwp", "moj")), 1, GENESIS, "its lines are not"),
        (BLOCK, 1, "f" * 64, "does not follow"),
        (replace(BLOCK, number=3), 2, GENESIS, "is missing"),
    ],
    ids=["other lines", "another block before it", "a block left out"],
)
def test_a_block_that_is_not_as_it_was_is_named(block: Block, number: int, previous: str, words: str) -> None:
    """Its number, and what is wrong."""
    (fault,) = block_faults(block, number=number, previous=previous)
    assert words in fault.what


@given(st.data())
def test_nothing_comes_any_more_up_to_what_is_settled(data: st.DataObject) -> None:
    """Whenever positions are drawn and committed: none is committed after it was settled, and all settle in the end."""
    horizon, drawn, running = Horizon(), 0, dict[str, list[int]]()
    names = iter(range(1_000))
    for _ in range(data.draw(st.integers(0, 40))):
        action = data.draw(st.sampled_from(["begin", "draw", "end", "observe"]))
        if action == "begin":
            running[str(next(names))] = []
        elif action == "draw" and running:
            drawn += 1
            running[data.draw(st.sampled_from(sorted(running)))].append(drawn)
        elif action == "end" and running:
            ended = running.pop(data.draw(st.sampled_from(sorted(running))))
            assert all(position > horizon.settled for position in ended)
        elif action == "observe":
            horizon.observe(drawn, frozenset(running))
    horizon.observe(drawn, frozenset())
    assert horizon.settled == drawn


def erased(entry: Entry, body: str) -> Entry:
    """The row with another body, as an erasure leaves it: the line still has the hash that was sealed."""
    return replace(entry, body=body, erased=hashlib.sha256(body.encode()).hexdigest())


def test_a_row_that_a_name_was_taken_out_of_has_no_fault() -> None:
    """Its envelope is as it was sealed, and its body is the one that the erasure left."""
    body = ENTRIES[2].body.replace("A. Person", "[name erased]")
    assert list(entry_faults(BLOCK, ENTRIES | {2: erased(ENTRIES[2], body)})) == []


def test_an_erasure_excuses_no_other_body_and_no_other_envelope() -> None:
    """A body that is not the one it left; and one of another event."""
    left = erased(ENTRIES[2], ENTRIES[2].body.replace("A. Person", "[name erased]"))
    changed = replace(left, body=left.body.replace("name erased", "B. Person"))
    swapped = erased(ENTRIES[2], ENTRIES[5].body)
    for entry in (changed, swapped):
        assert [fault.row for fault in entry_faults(BLOCK, ENTRIES | {2: entry})] == ["/dwp/system e2"]


def test_an_erasure_is_an_entry_of_the_chain() -> None:
    """Sealed by its line alone; changed, it is named with what was changed."""
    line = ["erasure", 9, "/dwp/system", "e2", 2, "b" * 64, "e" * 64, "a request", times.text(AT)]
    entry = Entry(9, "/dwp/system", "e2", "", "", orjson.dumps(line).decode())
    block = Block(1, GENESIS, link(GENESIS, entry.line), entry.line)
    assert list(entry_faults(block, {9: entry})) == []
    line[7] = "another reason"
    changed = replace(entry, line=orjson.dumps(line).decode())
    assert list(entry_faults(block, {9: changed})) == [Fault("/dwp/system e2", "was changed: reason")]
