"""What must become of the sample: ingest's own judgement, and the ledger's rule for repeats, without either running."""

from dataclasses import dataclass
from datetime import UTC, datetime

from deploy.local.sample.generating import sample
from deploy.local.sample.model import SEED
from services.ingest import binding
from services.ingest.acceptance import Rejected, accept
from shared.departments import Register

RECEIVED = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""For what has no recordedtime of its own. When exactly makes no difference to the counts."""


@dataclass(frozen=True, slots=True)
class Expected:
    """submitted = accepted + rejected. Ingest accepts repeats and conflicts too; the ledger tells them apart."""

    submitted: int
    accepted: int
    rejected: int
    conflicts: int
    repeats: int

    @property
    def recorded(self) -> int:
        """Events in the ledger at the end."""
        return self.accepted - self.conflicts - self.repeats


def expected(register: Register, seed: int = SEED) -> Expected:
    first: dict[tuple[str, str], str] = {}
    submitted = rejected = conflicts = repeats = 0
    for line in sample(register, seed=seed):
        submitted += 1
        sender = register.sender(line.sender)
        judged = accept(binding.line(line.body), sender=sender, register=register, received=RECEIVED, replay=True)
        if isinstance(judged, Rejected):
            rejected += 1
            continue
        sha256 = judged.event.sha256
        held = first.setdefault(judged.event.key, sha256)
        if held is not sha256:
            repeats += held == sha256
            conflicts += held != sha256
    return Expected(submitted, submitted - rejected, rejected, conflicts, repeats)
