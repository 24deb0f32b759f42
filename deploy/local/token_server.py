"""What the two small servers of this machine that give tokens have in common: HTTP on loopback, in a thread."""

import base64
import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

LONGEST_FORM = 10_000


class Answer(NamedTuple):
    status: int
    body: bytes
    kind: str = "application/json"
    headers: Mapping[str, str] = {}


def as_json(status: int, body: Any) -> Answer:
    return Answer(status, json.dumps(body).encode())


NOT_FOUND = as_json(404, {"error": "not_found"})


class TokenServer:
    """Serves between `start` and `stop`; who serves something says what, by `get` and `post`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def get(self, path: str, query: Mapping[str, str]) -> Answer:
        raise NotImplementedError

    def post(self, path: str, form: Mapping[str, str], authorization: str | None) -> Answer:
        raise NotImplementedError

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), _handler(self))
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


def basic(authorization: str | None) -> tuple[str, str] | None:
    """A client's id and secret by HTTP Basic (RFC 6749, section 2.3.1); None for anything else."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        return None
    return unquote(client), unquote(secret)


def _handler(server: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            self._send(server.get(address.path, dict(parse_qsl(address.query))))

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), LONGEST_FORM)
            form = dict(parse_qsl(self.rfile.read(length).decode("latin-1")))
            self._send(server.post(self.path, form, self.headers.get("Authorization")))

        def log_message(self, *_: Any) -> None:
            """Nothing: what is asked here holds secrets."""

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            sent = {
                "Content-Type": answer.kind,
                "Content-Length": str(len(answer.body)),
                "Cache-Control": "no-store",
                **answer.headers,
            }
            for name, value in sent.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

    return Handler
