"""The demo's addresses and logins for `svr`, and for the examples of docs/departments.md, in another terminal."""

from collections.abc import Mapping
from pathlib import Path

from deploy.kafka.passwords import Passwords
from shared.kafka import Connection

FIRST = "dwp"


def write(
    file: Path,
    *,
    database: Mapping[str, str],
    kafka: Connection,
    logins: Passwords | None,
    ingest_url: str,
    token_url: str,
    clients: Passwords,
) -> None:
    """Readable by its owner only, as it names where the demo's own passwords are and holds the database's.

    `database`: what a URL is for → the URL, the first one exported. `logins` None: Kafka has one login for everybody.
    """
    (first, url), *others = database.items()
    login = f' SVR_KAFKA_USERNAME="$1" SVR_KAFKA_PASSWORD="$(cat \'{logins.folder}/\'"$1")"' if logins else ""
    file.touch(0o600)
    file.write_text(
        f"export DATABASE_URL='{url}'  # {first}\n"
        + "".join(f"# export DATABASE_URL='{other}'  # {name}\n" for name, other in others)
        + f"export SVR_INGEST_URL='{ingest_url}' SVR_OAUTH_TOKEN_URL='{token_url}'\n"
        + f"export SVR_KAFKA_BOOTSTRAP='{kafka.bootstrap}' SVR_KAFKA_SECURITY='{kafka.protocol.value}'\n"
        + "svr_as() {  # svr_as moj: from now on as that department, on Kafka and over HTTP\n"
        + f'    export SVR_OAUTH_CLIENT_ID="$1" SVR_OAUTH_CLIENT_SECRET="$(cat \'{clients.folder}/\'"$1")"{login}\n'
        + f"}}\nsvr_as {FIRST}\n"
    )
