"""Ingest's settings, and what its app answers before any dependency is reached."""

from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from services.ingest.app import create_app
from services.ingest.settings import Settings
from shared.serving import Halt


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its own under its prefix, those of every service under theirs."""
    keys = tmp_path / "keys.toml"
    keys.touch()
    monkeypatch.setenv("SVR_INGEST_PORT", "8090")
    monkeypatch.setenv("SVR_INGEST_API_KEYS", str(keys))
    monkeypatch.setenv("SVR_KAFKA_BOOTSTRAP", "kafka:9092")
    settings = Settings()
    assert (settings.port, settings.api_keys, settings.kafka_bootstrap) == (8090, keys, "kafka:9092")


def test_without_an_environment_settings_are_right_for_development(monkeypatch: pytest.MonkeyPatch) -> None:
    """On this machine only, with HTTP shut, and with the clock for the time received."""
    for name in ("SVR_INGEST_HOST", "SVR_INGEST_PORT", "SVR_INGEST_API_KEYS", "SVR_INGEST_RECEIVED_FROM"):
        monkeypatch.delenv(name, raising=False)
    settings = Settings()
    assert (settings.host, settings.port, settings.api_keys, settings.received_from) == (
        "127.0.0.1",
        8080,
        None,
        "clock",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SVR_INGEST_PORT", "0"),
        ("SVR_INGEST_PORT", "x"),
        ("SVR_INGEST_RECEIVED_FROM", "sender"),
        ("SVR_LOG_FORMAT", "xml"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """Before anything is started."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health/live", 200),
        ("GET", "/health/ready", 503),
        ("POST", "/v1/events", 503),
        ("GET", "/v1/events", 405),
    ],
)
async def test_before_kafka_is_reached_the_app_answers(method: str, path: str, status: int) -> None:
    """It lives, is not ready, and takes nothing."""
    app = create_app(Settings(), Halt())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingest") as client:
        assert (await client.request(method, path)).status_code == status


def test_an_app_with_malformed_keys_is_not_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever deploys it sees it at once, not a sender later."""
    path = tmp_path / "keys.toml"
    path.write_text('dwp = ["secret"]', "utf-8")
    monkeypatch.setenv("SVR_INGEST_API_KEYS", str(path))
    with pytest.raises(ValueError, match="dwp holds a hash"):
        create_app(Settings(), Halt())


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/v1/nothing", 404, "not-found"),
        ("GET", "/v1/receipts/only-one", 404, "not-found"),
        ("GET", "/v1/events", 405, "method-not-allowed"),
        ("DELETE", "/v1/receipts/a/b", 405, "method-not-allowed"),
        ("POST", "/v1/releases", 503, "not-ready"),
        ("GET", "/v1/receipts/a/b", 503, "not-ready"),
    ],
)
async def test_every_answer_that_is_no_success_is_a_problem(method: str, path: str, status: int, slug: str) -> None:
    """Also the framework's own."""
    app = create_app(Settings(), Halt())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingest") as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (answer.json()["status"], answer.json()["type"]) == (status, f"/problems/{slug}")


def test_an_issuer_without_an_audience_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token meant for any other service would otherwise open this one."""
    monkeypatch.setenv("SVR_INGEST_OAUTH_ISSUER", "https://issuer.example")
    with pytest.raises(ValidationError, match="SVR_INGEST_OAUTH_AUDIENCE"):
        Settings()
