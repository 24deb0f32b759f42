"""Letters by GOV.UK Notify. The template has `((subject))` and `((body))`, and `((pack))` for the link to the file."""

import asyncio
import io
from dataclasses import dataclass
from typing import Any

from notifications_python_client import prepare_upload  # type: ignore[attr-defined]  # it exports without saying so
from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from services.reporter.delivery.mailing import Attachment, Deferred, Letter, Refused
from services.reporter.delivery.smtp import one_line

LARGEST_FILE = 2_000_000
"""Bytes. What is larger is left out: the body links to the reports themselves."""
TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Account:
    """`key` has the form that Notify gives it: a name, the service's id, the secret."""

    key: str
    template: str
    url: str


class NotifyMailer:
    """Notify's client blocks, so each letter has a thread, and a client of its own, as one is not thread-safe."""

    def __init__(self, account: Account) -> None:
        self.account = account

    async def send(self, letter: Letter) -> None:
        try:
            await asyncio.to_thread(self._send, letter)
        except APIError as fault:
            transient = fault.status_code >= 500 or fault.status_code == TOO_MANY
            raise (Deferred if transient else Refused)(f"{fault.status_code} {fault.message}") from fault

    def _send(self, letter: Letter) -> None:
        client: Any = NotificationsAPIClient(self.account.key, self.account.url, 20)  # type: ignore[no-untyped-call]
        try:
            client.send_email_notification(
                email_address=letter.recipient,
                template_id=self.account.template,
                personalisation={
                    "subject": one_line(letter.subject),
                    "body": letter.text,
                    "pack": _pack(letter.attachment),
                },
                reference=letter.id,
            )
        finally:
            client.request_session.close()


def _pack(attachment: Attachment | None) -> Any:
    """Notify hosts the file and writes its link."""
    if attachment is None or len(attachment.content) > LARGEST_FILE:
        return "The reports are on the site."
    return prepare_upload(io.BytesIO(attachment.content), filename=attachment.name)  # type: ignore[no-untyped-call]
