"""What every response carries: security headers, a policy that allows one inline script."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from services.reporter.rendering import script_hash
from shared.logging import fault_fields, get_logger

log = get_logger()

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


def policy(form_action: str = "'none'") -> str:
    """The content security policy; forms can be sent nowhere, but on the pages that have one."""
    return (
        f"default-src 'none'; style-src 'self'; img-src 'self' data:; script-src '{script_hash()}'; "
        f"base-uri 'none'; form-action {form_action}; frame-ancestors 'none'"
    )


def security() -> list[tuple[bytes, bytes]]:
    """What a response carries unless it says otherwise itself."""
    return [
        (b"content-security-policy", policy().encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    ]


class Headers:
    """ASGI middleware. It answers for a fault itself (`failed`), so that this page carries the headers too."""

    def __init__(self, app: App, failed: Callable[[Message], App]) -> None:
        self.app, self.failed = app, failed
        self.security = security()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(h for h in self.security if h[0] not in given)]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as fault:
            log.exception("request.failed", **fault_fields(fault))
            if status:  # the answer has begun: it can only be broken off
                raise
            await self.failed(scope)(scope, receive, sending)
