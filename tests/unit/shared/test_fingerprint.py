"""The fingerprint of a service's settings: equal for equal ones, and without their secrets."""

import pytest

from services.aggregator.settings import Settings
from shared.settings import fingerprint


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return fingerprint(Settings())


def test_it_is_the_same_for_the_same_settings_and_another_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve hexadecimal digits."""
    first = given(monkeypatch)
    assert given(monkeypatch) == first
    assert len(first) == 12
    assert given(monkeypatch, SVR_AGGREGATOR_BATCH="7") != first


def test_a_password_is_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can try passwords against it; but where the database is, and as whom, is."""
    url = "postgresql://{}@db/svr"
    first = given(monkeypatch, DATABASE_URL=url.format("svr:one"))
    assert given(monkeypatch, DATABASE_URL=url.format("svr:two")) == first
    assert given(monkeypatch, DATABASE_URL=url.format("other:two")) != first
