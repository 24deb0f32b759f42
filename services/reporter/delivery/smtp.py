"""Letters by SMTP."""

import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal

import aiosmtplib

from services.reporter.delivery.mailing import Deferred, Letter, Refused
from shared.times import LONDON

LIST_ID = "Social value implementation reports <reports.social-value>"
SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """`tls`: from the first byte, by STARTTLS, or off, which is for loopback only."""

    host: str
    port: int
    tls: Literal["tls", "starttls", "off"]
    username: str | None = None
    password: str | None = None


class SmtpMailer:
    def __init__(self, server: Server, *, sender: str, context: ssl.SSLContext | None = None) -> None:
        self.server, self.sender, self.context = server, sender, context

    async def send(self, letter: Letter) -> None:
        server = self.server
        try:
            await aiosmtplib.send(
                message(letter, sender=self.sender, now=datetime.now(LONDON)),
                hostname=server.host,
                port=server.port,
                use_tls=server.tls == "tls",
                start_tls=server.tls == "starttls",
                tls_context=None if server.tls == "off" else self.context or ssl.create_default_context(),
                username=server.username,
                password=server.password,
                timeout=SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as fault:
            raise _fault([refused.code for refused in fault.recipients], str(fault)) from fault
        except aiosmtplib.SMTPResponseException as fault:
            raise _fault([fault.code], f"{fault.code} {fault.message}") from fault
        except (aiosmtplib.SMTPException, OSError) as fault:
            raise Deferred(str(fault) or repr(fault)) from fault


def _fault(codes: list[int], said: str) -> Deferred | Refused:
    """RFC 5321 section 4.2.1: 4xx is transient, 5xx is for good."""
    return Refused(said) if codes and all(500 <= code < 600 for code in codes) else Deferred(said)


def message(letter: Letter, *, sender: str, now: datetime) -> EmailMessage:
    """multipart/mixed [alternative [text, HTML], PDF]. No header can hold a line end: `one_line` has seen to it."""
    found = EmailMessage(policy=SMTP)
    found["From"] = one_line(sender)
    found["To"] = one_line(letter.recipient)
    found["Subject"] = one_line(letter.subject)
    found["Date"] = format_datetime(now)
    found["Message-ID"] = letter.id
    found["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's out-of-office answers it
    found["List-Id"] = LIST_ID
    found.set_content(letter.text)
    found.add_alternative(letter.html, subtype="html")
    if letter.attachment is not None:
        found.add_attachment(
            letter.attachment.content, maintype="application", subtype="pdf", filename=one_line(letter.attachment.name)
        )
    return found


def one_line(text: str) -> str:
    """Whatever ends a line, or cannot be seen, becomes a space."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
