"""One submission after another → judged, written to Kafka and acknowledged, logged: the same for both ways in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiokafka import AIOKafkaProducer

from services.ingest.acceptance import Accepted, Rejected, accept
from services.ingest.binding import Submission
from services.ingest.outgoing import brake_message, message
from services.ingest.recent import Recent
from services.ingest.traffic import Change, Refusal, Traffic
from shared import tracing
from shared.departments import Register
from shared.logging import get_logger, is_debugging
from shared.messages import send_all

log = get_logger()


@dataclass(frozen=True, slots=True)
class Judged:
    """`place` says where it came in: `submissions.dwp/0/17`, `http/<request>/3`; `traceparent`: with what trace."""

    sender: str
    place: str
    raw: bytes | None
    outcome: Accepted | Rejected
    traceparent: str | None = None


class Taking:
    """Nothing is kept between calls but the accounts of `traffic` and what was accepted of late."""

    def __init__(
        self, producer: AIOKafkaProducer, register: Register, traffic: Traffic, recent: Recent, *, replay: bool
    ) -> None:
        self.producer, self.register, self.traffic, self.recent = producer, register, traffic, recent
        self.replay = replay

    def judge(
        self, submission: Submission, *, sender: str, place: str, now: datetime, traceparent: str | None = None
    ) -> Judged:
        """`traceparent`: the record's; a request's is known."""
        traceparent = traceparent or tracing.current()
        outcome = accept(
            submission,
            sender=self.register.sender(sender),
            register=self.register,
            received=now,
            replay=self.replay,
            traceparent=traceparent,
        )
        return Judged(sender, place, submission.body, outcome, traceparent)

    async def write(self, judged: Sequence[Judged], *, now: datetime, way: str, together: bool = False) -> None:
        """Returns once the broker has acknowledged what they led to. Raises KafkaError; then send it all again.

        `together`: when one is refused, none of the others is taken.
        """
        refusals = _refusals(judged)
        for sender, outcomes in refusals.items():
            self.traffic.saw(sender, outcomes)
        withheld = together and any(isinstance(one.outcome, Rejected) for one in judged)
        written = [one for one in judged if not (withheld and isinstance(one.outcome, Accepted))]
        untold = {sender: self.traffic.take_untold(sender) for sender in refusals}
        outgoing = [
            message(j.outcome, sender=j.sender, raw=j.raw, place=j.place, now=now, traceparent=j.traceparent)
            for j in written
        ]
        outgoing += [
            brake_message(change, sender=sender, now=now, number=number)
            for sender, told in untold.items()
            for number, change in enumerate(told)
        ]
        try:
            await send_all(self.producer, outgoing)
        except BaseException:
            for sender, told in untold.items():
                self.traffic.give_back(sender, told)
            raise
        accepted = [one.outcome.event for one in written if isinstance(one.outcome, Accepted)]
        for event in accepted:
            self.recent.remember(event)
        self._log(written, untold=untold)
        senders = sorted(refusals)
        log.info(
            "events.accepted",
            way=way,
            senders=senders,
            accepted=len(accepted),
            rejected=len(written) - len(accepted),
            **tracing.identities(accepted),
        )
        if is_debugging():
            for one in written:
                if isinstance(one.outcome, Accepted):
                    log.debug("event.accepted", **_where(one.place), **tracing.identity(one.outcome.event))

    def _log(self, written: Sequence[Judged], *, untold: dict[str, list[Change]]) -> None:
        for sender, told in untold.items():
            for change in told:
                problem = change.example.problem.slug if change.example else None
                if change.applied:
                    log.warning("brake.applied", sender=sender, refused=change.refused, of=change.of, problem=problem)
                else:
                    log.info("brake.released", sender=sender, refused=change.refused, of=change.of)
            if count := self.traffic.summary(sender):
                log.warning("rejections.continued", sender=sender, refused=count)
        for one in written:
            if isinstance(one.outcome, Rejected) and not self.traffic.is_braked(one.sender):
                found = one.outcome.problem
                log.warning(
                    "rejection.written",
                    sender=one.sender,
                    event_id=one.outcome.id,
                    event_source=one.outcome.source,
                    problem=found.slug,
                    pointer=found.errors[0].pointer,
                    **_where(one.place),
                    **tracing.fields(one.traceparent),
                )

    def say_rates(self) -> None:
        """A line for each sender of whom something has come since the last time."""
        for sender, (refused, of) in sorted(self.traffic.take_counts().items()):
            log.info("refusals.rate", sender=sender, refused=refused, of=of, percent=round(100 * refused / of, 1))


def _where(place: str) -> dict[str, object]:
    """`submissions.dwp/0/17` in three fields."""
    topic, *rest = place.split("/")
    if topic == "http" or len(rest) != 2:
        return {"place": place}
    return {"place": place, "topic": topic, "partition": int(rest[0]), "offset": int(rest[1])}


def _refusals(judged: Sequence[Judged]) -> dict[str, list[Refusal | None]]:
    """Sender → the outcomes of what it sent, in order."""
    found: dict[str, list[Refusal | None]] = {}
    for one in judged:
        outcome = one.outcome
        found.setdefault(one.sender, []).append(
            Refusal(outcome.source, outcome.id, one.place, outcome.problem) if isinstance(outcome, Rejected) else None
        )
    return found
