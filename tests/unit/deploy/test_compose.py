"""docker-compose.yml without Docker: settings, ports, health checks, mounts and secrets, against the code it starts."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from pydantic_settings import BaseSettings

from deploy.kafka.node import Node
from deploy.local import demo, kafka, postgres
from deploy.local.services import NAMES
from deploy.setup_secrets import OWNERS, make
from services.reporter.app import mailer
from services.reporter.delivery.contacts import load as load_contacts
from services.reporter.delivery.smtp import SmtpMailer
from services.reporter.settings import Settings as ReporterSettings
from shared.departments import load_register
from shared.serving import Halt
from shared.settings import WithDatabase
from shared.variables import unknown, variables
from tests import compose
from tests.compose import COMPOSE, ROOT, SERVICES

FROM_ONE_IMAGE = ("secrets", "set-up", *NAMES)
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
PINNED = re.compile(r".+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?")


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the `secrets` job of the file would make."""
    folder = tmp_path_factory.mktemp("secrets")
    make(folder, node=Node(), now=datetime.now(UTC))
    return folder


def model(name: str) -> type[BaseSettings]:
    if name == "set-up":
        return WithDatabase
    found: type[BaseSettings] = import_module(f"services.{name}.settings").Settings
    return found


def mounts(name: str) -> Iterator[tuple[str, str, bool]]:
    """Source, place, and whether it is for reading only."""
    for mount in SERVICES[name].get("volumes", []):
        source, place, *mode = mount.split(":")
        yield source, place, mode == ["ro"]


def given(name: str, secrets: Path, monkeypatch: pytest.MonkeyPatch) -> BaseSettings:
    """The service's settings as its container would read them, with its own secrets and files."""
    here = {place: str(secrets / source.removeprefix("secrets-") if source.startswith("secrets-") else ROOT / source)
            for source, place, _ in mounts(name)}  # fmt: skip
    for variable in {variable.name for kind in map(model, NAMES) for variable in variables(kind)}:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in compose.environment(name, here).items():
        monkeypatch.setenv(variable, value)
    return model(name)()


@pytest.mark.parametrize("name", ["set-up", *NAMES])
def test_every_variable_is_a_setting_of_that_service(name: str) -> None:
    """A mistyped one would be overlooked."""
    told = SERVICES[name]["environment"]
    assert set(told) <= {variable.name for variable in variables(model(name))}
    assert unknown(model(name), told) == []
    assert all(isinstance(value, str) for value in told.values()), "YAML would make no, on or 0x10 something else"


@pytest.mark.parametrize("name", ["set-up", *NAMES])
def test_its_settings_are_whole(name: str, secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each starts with what the file and the `secrets` job give it, and logs in through TLS as itself."""
    settings = given(name, secrets, monkeypatch)
    assert isinstance(settings, WithDatabase) or name == "ingest"
    connection = model(name).kafka.fget(settings)  # type: ignore[attr-defined]
    assert (connection.protocol, connection.username) == ("SASL_SSL", {"set-up": "admin"}.get(name, name))
    assert connection.ca.is_file()
    if isinstance(settings, WithDatabase):
        role = "svr" if name == "set-up" else f"svr_{name}"
        password = (secrets / "set-up" / "database" / role).read_text().strip()
        assert settings.database == f"postgresql://{role}:{password}@postgres:5432/svr"


def app(name: str, settings: BaseSettings) -> FastAPI:
    made: FastAPI = import_module(f"services.{name}.app").create_app(settings, Halt())
    return made


def command(name: str) -> list[str]:
    found: list[str] = SERVICES[name]["command"]
    return found


@pytest.mark.parametrize("name", NAMES)
async def test_health_is_asked_where_it_is_answered(name: str, secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The port is the service's, the path one of its routes; by Python, since the image has no curl."""
    settings = given(name, secrets, monkeypatch)
    kind, *program, code = SERVICES[name]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", ["python", "-c"])
    compile(code, "healthcheck", "exec")
    (url,) = re.findall(r"urlopen\('([^']+)', timeout=\d\)", code)
    address = urlsplit(url)
    assert (address.hostname, address.port) == ("127.0.0.1", settings.port)  # type: ignore[attr-defined]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app(name, settings)), base_url="http://here") as client:
        answer = await client.get(address.path)
    assert answer.json() == {"ready": False}  # as nothing was reached yet
    assert settings.host == "0.0.0.0"  # type: ignore[attr-defined]  # noqa: S104 - of its container


def test_the_addresses_are_those_of_make_demo(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On this machine only; nothing else is open but Mailpit's pages."""
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {
        "ingest": [f"127.0.0.1:{demo.PORTS['ingest']}:8080"],
        "reporter": [f"127.0.0.1:{demo.PORTS['reporter']}:8000"],
        "mailpit": ["127.0.0.1:8025:8025"],
    }
    reporter = given("reporter", secrets, monkeypatch)
    assert isinstance(reporter, ReporterSettings)
    assert str(reporter.url) == f"http://127.0.0.1:{demo.PORTS['reporter']}/"


def test_hosts_are_containers_of_the_same_network(secrets: Path) -> None:
    """Each address names a service that shares a network, and the port that it listens on."""
    listening = {("kafka", Node().ports.client), ("postgres", 5432), ("aggregator", 8090), ("mailpit", 1025)}
    for name in ("set-up", *NAMES):
        told = SERVICES[name]["environment"]
        found = {(host, int(port)) for value in told.values() for host, port in re.findall(r"\b([a-z]+):(\d+)", value)}
        if "SVR_REPORTER_SMTP_HOST" in told:
            found.add((told["SVR_REPORTER_SMTP_HOST"], int(told["SVR_REPORTER_SMTP_PORT"])))
        assert found <= listening, name
        for host, _ in found:
            assert set(SERVICES[host]["networks"]) & set(SERVICES[name]["networks"]), (name, host)
    assert f"CLIENT://{Node().host}:9092" in (secrets / "kafka" / "server.properties").read_text()


def test_what_holds_the_record_reaches_nobody_outside() -> None:
    """Kafka, PostgreSQL and the aggregator are in a network without a way out; `secrets` is in none."""
    assert COMPOSE["networks"]["data"]["internal"] is True
    for name in ("kafka", "postgres", "aggregator", "set-up"):
        assert SERVICES[name]["networks"] == ["data"]
    assert SERVICES["secrets"]["network_mode"] == "none"


def test_every_start_waits_for_what_it_needs() -> None:
    """Legal conditions, on services that are there and can fulfil them."""
    jobs = {"secrets", "set-up"}
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            assert how["condition"] in CONDITIONS
            if how["condition"] == "service_completed_successfully":
                assert needed in jobs
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[needed]
        assert ("healthcheck" in service) is (name not in jobs), name
    assert {name for name in NAMES if "set-up" not in SERVICES[name]["depends_on"]} == set()


@pytest.mark.parametrize("name", SERVICES)
def test_it_may_do_no_more_than_it_must(name: str) -> None:
    """A read-only root, no capability but what the secrets job gives files away with, a user, limits, a restart."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("cap_add", []) == (["CHOWN", "DAC_OVERRIDE", "FOWNER"] if name == "secrets" else [])
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert service["restart"].startswith("on-failure:" if name in ("secrets", "set-up") else "unless-stopped")
    assert not service.get("privileged")
    if name in OWNERS and name not in FROM_ONE_IMAGE:
        assert service["user"] == f"{OWNERS[name]}:{OWNERS[name]}"


def test_the_image_s_own_user_is_whom_its_secrets_are_for() -> None:
    """Ours run as the user of the Dockerfile, which no service replaces but `secrets`, as root."""
    (uid,) = set(re.findall(r"^USER (\d+):\d+$", (ROOT / "deploy" / "Dockerfile").read_text(), re.M))
    assert {OWNERS[name] for name in FROM_ONE_IMAGE if name != "secrets"} == {int(uid)}
    assert [name for name in FROM_ONE_IMAGE if "user" in SERVICES[name]] == ["secrets"]


def test_the_database_is_tuned_as_the_one_that_is_measured() -> None:
    """So that the benchmark speaks of it."""
    tuned = [word for setting in postgres.TUNED.items() for word in ("-c", "=".join(setting))]
    assert command("postgres") == ["postgres", *tuned]


def test_images_are_pinned_and_ours_is_one() -> None:
    """Kafka's and PostgreSQL's are the versions that every other test runs on."""
    assert [image for image in (service["image"] for service in SERVICES.values()) if not PINNED.fullmatch(image)] == []
    assert len({SERVICES[name]["image"] for name in FROM_ONE_IMAGE}) == 1
    for name in FROM_ONE_IMAGE:
        build = SERVICES[name]["build"]
        assert (ROOT / build["context"] / build["dockerfile"]).is_file()
        assert find_spec(command(name)[0]), name
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{kafka.VERSION}"
    assert SERVICES["postgres"]["image"] == f"postgres:{postgres.VERSION}-trixie"


def test_everyone_sees_its_own_secrets_only() -> None:
    """A volume each, for reading; all of them in the job that fills them."""
    held = {name: [source for source, _, _ in mounts(name) if source.startswith("secrets-")] for name in SERVICES}
    everything = held.pop("secrets")
    assert set(everything) == {f"secrets-{name}" for name in OWNERS}
    assert {place for _, place, _ in mounts("secrets")} == {f"/secrets/{name}" for name in OWNERS}
    assert held == {name: [f"secrets-{name}"] for name in SERVICES if name != "secrets"}
    for name in held:
        assert all(only_read for source, _, only_read in mounts(name) if source.startswith("secrets-"))


def test_every_mount_is_there(secrets: Path) -> None:
    """Files of this repository, volumes that are declared, and every path below /secrets that the file names."""
    used = set()
    for name, service in SERVICES.items():
        for source, _, only_read in mounts(name):
            if source.startswith("."):
                assert (ROOT / source).is_file()
                assert only_read
            else:
                used.add(source)
        if name != "secrets":
            for path in re.findall(r"/secrets/([\w./-]+)", str([service.get("environment"), service.get("command")])):
                assert (secrets / name / path).is_file(), (name, path)
    assert used == set(COMPOSE["volumes"])


def test_no_secret_is_in_the_file() -> None:
    """Nothing that is called a password has a value but the path of a file, and no URL holds one."""
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|KEY", variable):
                assert value.startswith("/secrets/"), (name, variable)
            assert urlsplit(value).password is None, (name, variable)
    assert "secrets" not in COMPOSE
    assert not [key for service in SERVICES.values() for key in service if key in ("env_file", "secrets")]


def test_letters_are_for_known_senders() -> None:
    """And to addresses that cannot exist."""
    contacts = load_contacts(ROOT / "deploy" / "contacts.toml", load_register())
    assert all(address.endswith(".example") for addresses in contacts.values() for address in addresses)


def test_log_lines_say_whose_they_are() -> None:
    """By the label that deploy/logs/vector.yaml reads."""
    label = "uk.gov.social-value.service"
    assert label in (ROOT / "deploy" / "logs" / "vector.yaml").read_text()
    assert {name: SERVICES[name]["labels"] for name in NAMES} == {name: {label: name} for name in NAMES}


def test_letters_go_to_mailpit_through_tls(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reporter trusts the authority that signed Mailpit's certificate, no other, and asks for STARTTLS."""
    settings = given("reporter", secrets, monkeypatch)
    assert isinstance(settings, ReporterSettings)
    letters = mailer(settings)
    assert isinstance(letters, SmtpMailer)
    assert (letters.server.host, letters.server.port, letters.server.tls) == ("mailpit", 1025, "starttls")
    assert letters.context is not None
    assert letters.context.check_hostname
    (trusted,) = letters.context.get_ca_certs()
    assert trusted["subject"] == ((("commonName", "Social value returns"),),)
    told = SERVICES["mailpit"]["environment"]
    assert told["MP_SMTP_TLS_CERT"] == told["MP_SMTP_TLS_KEY"] == "/secrets/identity.pem"
