"""What `svr doctor` tries besides Kafka and PostgreSQL: the services' health, issuers, the mail server, PDF, disk."""

import shutil
import tempfile
from collections.abc import Mapping
from typing import Any

import aiosmtplib
import httpx

from services.ingest.issuer import DISCOVERY
from services.reporter.delivery.smtp import Server
from services.svr.findings import Finding, fail, ok, warn

SECONDS = 5
LEAST_BYTES = 2 * 2**30


async def health(name: str, url: str, variable: str) -> Finding:
    """Ready and live, as a probe asks."""
    answers = {}
    try:
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            for path in ("ready", "live"):
                answers[path] = (await client.get(f"{url.rstrip('/')}/health/{path}")).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        return fail(name, f"{url} does not answer: {_words(fault)}", f"start it, or correct {variable}")
    if answers == {"ready": 200, "live": 200}:
        return ok(name, f"{url} is ready and live")
    if set(answers.values()) <= {200, 503}:
        unwell = " and ".join(f"not {path}" for path, status in answers.items() if status != 200)
        return fail(name, f"{url} is {unwell}", "its log says what it waits for: svr logs --level warning")
    return fail(name, f"{url} has no /health: answers {answers['ready']}", f"correct {variable}")


async def issuer(what: str, address: str, variable: str, *, jwks_url: str | None = None) -> Finding:
    """Its configuration names itself and where its keys are, and there are keys."""
    try:
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            if jwks_url is None:
                said = await _json(client, address.rstrip("/") + DISCOVERY)
                if said.get("issuer") != address:
                    return fail(what, f"the configuration there is of {said.get('issuer')!r}", f"correct {variable}")
                jwks_url = str(said.get("jwks_uri", ""))
            keys = (await _json(client, jwks_url)).get("keys", [])
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:
        return fail(what, f"{address} does not answer: {_words(fault)}", f"start it, or correct {variable}")
    if not keys:
        return fail(what, f"{jwks_url} has no keys", "tokens cannot be proved: ask whoever runs the issuer")
    return ok(what, f"{address} answers, with {len(keys)} keys")


async def _json(client: httpx.AsyncClient, url: str) -> Mapping[str, Any]:
    response = await client.get(url)
    response.raise_for_status()
    said = response.json()
    if not isinstance(said, dict):
        raise ValueError("what it answers is no JSON object")  # noqa: TRY004 - caught with other answers of no use
    return said


async def smtp(server: Server) -> Finding:
    """Connects, and logs in where a login is given; sends nothing."""
    where = f"{server.host}:{server.port}"
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls == "tls",
        start_tls=server.tls == "starttls",
        username=server.username,
        password=server.password,
        timeout=SECONDS,
    )
    try:
        async with client:
            pass
    except aiosmtplib.SMTPAuthenticationError:
        cure = "correct SVR_REPORTER_SMTP_USERNAME and _PASSWORD"
        return fail("Mail", f"{where} does not let us in as {server.username}", cure)
    except (aiosmtplib.SMTPException, OSError) as fault:
        cure = "correct SVR_REPORTER_SMTP_HOST, _PORT and _TLS"
        return fail("Mail", f"{where} does not answer as it should: {_words(fault)}", cure)
    return ok("Mail", f"{where} answers" + (f", and lets us in as {server.username}" if server.username else ""))


def pdf() -> Finding:
    """One page is made, as the reporter makes them."""
    try:
        from weasyprint import HTML  # here, as the library is missing where Pango is

        size = len(HTML(string="<p>Social value").write_pdf())
    except OSError as fault:
        cure = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation fonts-dejavu-core"
        return warn("PDF", f"cannot be made on this machine: {str(fault).splitlines()[0]}", cure)
    return ok("PDF", f"can be made on this machine ({size} bytes for one page)")


def disk(folder: str = "") -> Finding:
    """Where PDF is made and `svr submit` keeps what is piped to it."""
    folder = folder or tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    said = f"{free / 2**30:.1f} GiB free in {folder}"
    if free < LEAST_BYTES:
        return warn("Disk", said, f"free some space, or set TMPDIR; {LEAST_BYTES // 2**30} GiB are expected")
    return ok("Disk", said)


def _words(fault: Exception) -> str:
    return str(fault) or type(fault).__name__
