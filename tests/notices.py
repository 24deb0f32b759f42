"""Real notices, for the tests that use them: from SVR_NOTICES_DIR, or from shared/data beside the checkout."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.ingest import binding
from services.ingest.acceptance import Accepted, accept
from shared.departments import load_register
from shared.envelope import Event

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
NAMES = ("find-a-tender.jsonl", "contracts-finder.jsonl")


def notice_files() -> list[Path]:
    """Skips the test, saying why, where there are none."""
    folder = Path(os.environ.get("SVR_NOTICES_DIR") or BESIDE)
    files = [folder / name for name in NAMES if (folder / name).is_file()]
    if not files:
        pytest.skip(f"no real notices in {folder.name}: set SVR_NOTICES_DIR to a folder with {' or '.join(NAMES)}")
    return files


def real_events() -> Iterator[Event]:
    """Every real release as an accepted event."""
    register = load_register()
    for path in notice_files():
        for line in path.read_bytes().splitlines():
            outcome = accept(
                binding.line(line),
                sender=register.sender(path.stem),
                register=register,
                received=datetime(2026, 11, 1, tzinfo=UTC),
            )
            assert isinstance(outcome, Accepted), outcome
            yield outcome.event
