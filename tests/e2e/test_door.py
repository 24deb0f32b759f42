"""What must not work on the front door, with its security on: each attempt is refused, and nothing good is lost."""

import pytest

from tests.door.attempts import ATTEMPTS, Attempt, quietly
from tests.door.house import Door, heartbeat

pytestmark = pytest.mark.asyncio(loop_scope="module")
MOST_MIB = 200
"""What the worst message may take for a moment: a megabyte of JSON is a hundred as Python's objects and faults."""


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: f"{attempt.way}: {attempt.name}")
async def test_an_attempt_comes_to_what_it_must(house: Door, attempt: Attempt) -> None:
    """And ingest then takes a good event as if nothing had been."""
    idle, _ = house.memory()
    assert await quietly(attempt, house) == attempt.expected
    id = f"after {attempt.way} {attempt.name}"
    assert (await house.post(heartbeat(id))).status_code == 202
    assert await house.recorded(id)
    assert house.memory()[1] - idle < MOST_MIB
