"""What a letter is, and what sends it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """`text` is complete by itself; `html` says the same. `id` is the same for the same letter to the same person."""

    id: str
    recipient: str
    subject: str
    text: str
    html: str
    attachment: Attachment | None = None


class Deferred(Exception):
    """Not taken now: try again later."""


class Refused(Exception):
    """Not taken, and never will be."""


class Mailer(Protocol):
    async def send(self, letter: Letter) -> None:
        """Returns once the letter is taken. Raises Deferred or Refused."""
        ...
