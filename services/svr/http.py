"""Ingest's HTTP side as a sending system uses it: a token or a key, batches, patience, and each refusal's place."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self
from urllib.parse import quote

import httpx

from services.ingest import decoding
from services.svr.lines import is_cloudevent
from shared.waiting import Pauses

BATCH = "application/cloudevents-batch+json"
STRUCTURED = "application/cloudevents+json"
LINES = "application/x-ndjson"
LATER = frozenset({429, 502, 503, 504})
GIVE_UP_SECONDS = 300.0
EARLY_SECONDS = 30
"""A token is renewed so long before its end."""


class Failed(Exception):
    """Ingest, or the issuer of tokens, does not take what is sent; the message says why and what to do."""


class Credential(Protocol):
    async def header(self, client: httpx.AsyncClient) -> str: ...


@dataclass(frozen=True, slots=True)
class Key:
    """An API key, for development."""

    key: str

    async def header(self, _client: httpx.AsyncClient) -> str:
        return f"Bearer {self.key}"


@dataclass
class ClientCredentials:
    """OAuth 2.0 client credentials (RFC 6749, section 4.4): a token from the issuer, renewed before it ends."""

    token_url: str
    client_id: str
    client_secret: str
    _token: str = ""
    _until: float = 0.0

    async def header(self, client: httpx.AsyncClient) -> str:
        """Raises Failed."""
        if time.monotonic() >= self._until:
            form = {"grant_type": "client_credentials", "scope": "events:write events:read"}
            response = await client.post(self.token_url, data=form, auth=(self.client_id, self.client_secret))
            if response.status_code != 200:
                raise Failed(f"{self.token_url} gives {self.client_id} no token: {response.status_code}")
            found = response.json()
            self._token = found["access_token"]
            self._until = time.monotonic() + max(1, int(found.get("expires_in", 60)) - EARLY_SECONDS)
        return f"Bearer {self._token}"


class Ingest:
    """A connection to one ingest; use it with `async with`. `waiting` is told why and how long it is waited."""

    def __init__(
        self,
        url: str,
        credential: Credential,
        *,
        waiting: Callable[[str, float], None] = lambda _why, _seconds: None,
        give_up: float = GIVE_UP_SECONDS,
    ) -> None:
        self.url, self.credential, self.waiting, self.give_up = url.rstrip("/"), credential, waiting, give_up
        self._client = httpx.AsyncClient(timeout=60)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def send(self, chunk: Sequence[bytes]) -> dict[int, dict[str, Any]]:
        """Index in the chunk → problem, of what is refused; everything else is acknowledged. Raises Failed.

        A batch is all or nothing: what it refuses is left out, and the rest sent again. What cannot stand in a batch
        goes by itself, to be judged alone.
        """
        refused: dict[int, dict[str, Any]] = {}
        events = [at for at, line in enumerate(chunk) if is_cloudevent(line)]
        batch = [at for at in events if _is_json(chunk[at])]
        for at in sorted(set(events) - set(batch)):
            refused |= await self._alone(at, chunk[at])
        while batch:
            found = await self._batch(batch, chunk)
            refused |= found
            batch = [at for at in batch if at not in found] if found else []
        releases = sorted(set(range(len(chunk))) - set(events))
        return refused | (await self._releases(releases, chunk) if releases else {})

    async def receipt(self, source: str, id: str) -> dict[str, Any] | None:
        """What became of an event; None: ingest knows nothing of it. Raises Failed."""
        response = await self._ask(
            "GET", f"/v1/receipts/{quote(source, safe='')}/{quote(id, safe='')}", expected=(404,)
        )
        found: dict[str, Any] = response.json()
        return None if response.status_code == 404 else found

    async def _alone(self, at: int, line: bytes) -> dict[int, dict[str, Any]]:
        response = await self._post("/v1/events", STRUCTURED, line)
        return {at: response.json()} if response.status_code == 422 else {}

    async def _batch(self, batch: Sequence[int], chunk: Sequence[bytes]) -> dict[int, dict[str, Any]]:
        response = await self._post("/v1/events", BATCH, b"[" + b",".join(chunk[at] for at in batch) + b"]")
        if response.status_code != 422:
            return {}
        problem = response.json()
        found: dict[int, dict[str, Any]] = {}
        for error in problem["errors"]:
            place, _, within = error["pointer"].removeprefix("/").partition("/")
            mine = found.setdefault(batch[int(place)], {**problem, "errors": []})
            mine["errors"].append({"pointer": f"/{within}" if within else "", "detail": error["detail"]})
            mine["detail"] = mine["errors"][0]["detail"]
        return found

    async def _releases(self, releases: Sequence[int], chunk: Sequence[bytes]) -> dict[int, dict[str, Any]]:
        response = await self._post("/v1/releases", LINES, b"\n".join(chunk[at] for at in releases) + b"\n")
        receipts = response.json().get("receipts", [])
        return {
            releases[int(receipt["pointer"].removeprefix("/"))]: receipt["problem"]
            for receipt in receipts
            if receipt["status"] == "refused"
        }

    async def _post(self, path: str, kind: str, body: bytes) -> httpx.Response:
        return await self._ask("POST", path, expected=(422,), content=body, kind=kind)

    async def _ask(
        self, method: str, path: str, *, expected: tuple[int, ...], content: bytes | None = None, kind: str = ""
    ) -> httpx.Response:
        """A success or one of `expected`. What may pass is tried again, as long as `give_up`. Raises Failed."""
        pauses, until = Pauses(0.5, 30.0), time.monotonic() + self.give_up
        while True:
            try:
                headers = {"Authorization": await self.credential.header(self._client)}
                headers |= {"Content-Type": kind} if kind else {}
                response = await self._client.request(method, self.url + path, content=content, headers=headers)
            except httpx.TransportError as fault:
                why, seconds = f"{self.url} does not answer: {fault or type(fault).__name__}", pauses.next()
            else:
                if response.is_success or response.status_code in expected:
                    return response
                if response.status_code not in LATER:
                    raise Failed(_said(response))
                asked = response.headers.get("retry-after", "")
                why, seconds = _said(response), float(asked) if asked.isdecimal() else pauses.next()
            if time.monotonic() + seconds > until:
                raise Failed(why)
            self.waiting(why, seconds)
            await asyncio.sleep(seconds)


def _said(response: httpx.Response) -> str:
    """A problem's own words, or the status."""
    try:
        problem = response.json()
        return f"{problem['title']}: {problem['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"{response.url} answers {response.status_code}"


def _is_json(line: bytes) -> bool:
    """Whether a line can stand in a batch without making it unreadable; what it says is ingest's to judge."""
    try:
        decoding.decode(line)
    except decoding.NotJson:
        return False
    return True
