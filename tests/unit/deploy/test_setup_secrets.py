"""What the `secrets` job of docker compose makes: everything once, and for each container its own only."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy import setup_secrets
from deploy.kafka import certificates
from deploy.kafka.acls import ADMIN
from deploy.kafka.node import Node
from deploy.setup_secrets import OWNERS, give, make
from services.ingest.keys import holder, load_keys
from shared.departments import load_register

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    make(folder, node=Node(), now=NOW)
    return folder


def test_each_container_gets_what_it_needs(folder: Path) -> None:
    """And the authority's key stays where no other container looks."""
    found = contents(folder)
    assert {name for name in found if not name.startswith("set-up/")} == {
        "authority/ca.key", "authority/ca.pem",
        "kafka/cluster-id", "kafka/format.arguments", "kafka/server.properties", "kafka/identity.pem", "kafka/ca.pem",
        "postgres/password", "mailpit/identity.pem",
        "ingest/kafka", "ingest/ca.pem", "ingest/api-keys.toml",
        "aggregator/kafka", "aggregator/ca.pem", "aggregator/database",
        "reporter/kafka", "reporter/ca.pem", "reporter/database",
    }  # fmt: skip
    assert {name.split("/")[0] for name in found} == set(OWNERS)
    assert [name for name, text in found.items() if found["authority/ca.key"] in text] == ["authority/ca.key"]


def test_nobody_has_another_s_password(folder: Path) -> None:
    """But `set-up`, which gives them out, and Kafka and PostgreSQL, which are the admin's and the superuser's own."""
    found = contents(folder)
    for name in (name for name in found if name.startswith("set-up/") and not name.endswith("ca.pem")):
        holders = {path.split("/")[0] for path, text in found.items() if found[name].strip() in text}
        assert holders - {"set-up"} <= {
            f"set-up/kafka/{ADMIN}": {"kafka"},
            "set-up/database/svr": {"postgres"},
            "set-up/database/svr_aggregator": {"aggregator"},
            "set-up/database/svr_reporter": {"reporter"},
            **{f"set-up/kafka/{service}": {service} for service in ("ingest", "aggregator", "reporter")},
        }.get(name, set()), name


def test_nobody_else_can_read_them(folder: Path) -> None:
    """Every file, from its first byte."""
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    assert modes == {0o600}


def test_another_time_nothing_is_made_anew(folder: Path) -> None:
    """Not a single byte."""
    before = contents(folder)
    make(folder, node=Node(), now=NOW + timedelta(days=1))
    assert contents(folder) == before


def test_two_installations_share_no_secret(folder: Path, tmp_path: Path) -> None:
    """There is no default in it."""
    make(tmp_path, node=Node(), now=NOW)
    one, other = contents(folder), contents(tmp_path)
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] == other[name]] == []


def test_a_rotated_password_is_handed_on(tmp_path: Path) -> None:
    """`deploy.kafka rotate` leaves the new one in `set-up`; the job, run again, gives it to whose it is."""
    make(tmp_path, node=Node(), now=NOW)
    (tmp_path / "set-up" / "kafka" / "ingest").write_text("another\n")
    make(tmp_path, node=Node(), now=NOW)
    assert (tmp_path / "ingest" / "kafka").read_text() == "another"


def test_a_certificate_is_renewed_by_the_same_authority(tmp_path: Path) -> None:
    """Before it runs out, so that nobody has to trust another one."""
    make(tmp_path, node=Node(), now=NOW)
    before = contents(tmp_path)
    make(tmp_path, node=Node(), now=NOW + certificates.SERVER_LASTS)
    after = contents(tmp_path)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"kafka/identity.pem", "mailpit/identity.pem"}


def test_ingest_takes_each_sender_s_key(folder: Path) -> None:
    """Ingest itself holds the hashes only."""
    register = load_register()
    keys = load_keys(folder / "ingest" / "api-keys.toml", register)
    for sender in register.senders():
        key = (folder / "set-up" / "api-keys" / sender.code).read_text().strip()
        assert holder(keys, f"Bearer {key}") == sender.code


def test_the_job_gives_each_folder_to_its_user(tmp_path: Path) -> None:
    """And to nobody else. Here all to ourselves, as only root can give to others."""
    make(tmp_path, node=Node(), now=NOW)
    for path in tmp_path.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o600)
    give(tmp_path, dict.fromkeys(OWNERS, os.getuid()))
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in OWNERS} == {0o700}


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 1."""
    (tmp_path / "file").touch()
    monkeypatch.setattr("sys.argv", ["setup_secrets", str(tmp_path / "file")])
    assert setup_secrets.main() == 1
    assert str(tmp_path / "file") in capsys.readouterr().err
