"""Letters on the real PostgreSQL, to a real SMTP server and to a fake of GOV.UK Notify's REST API: each sent once."""

import json
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import asyncpg
import pytest
from aiosmtpd.controller import Controller

from deploy.local.ports import free_port
from services.reporter.archive import Archive
from services.reporter.delivery.mailing import Attachment, Deferred, Letter, Mailer, Refused
from services.reporter.delivery.notify import Account, NotifyMailer
from services.reporter.delivery.posting import LEASE, Posting, pause
from services.reporter.delivery.reminding import Reminding
from services.reporter.delivery.smtp import Server, SmtpMailer
from services.reporter.publishing import Publishing
from services.reporter.returns.desk import StoredDesk
from services.reporter.returns.drafts import Draft
from services.reporter.returns.speaking import Submission
from shared.database import connect, migrate
from shared.departments import load_register
from shared.periods import Period
from shared.times import LONDON
from tests.integration.test_reporter import DEPARTMENTS, of, receive
from tests.unit.reporter.examples import PERIOD, PUBLISH_AT, round_of

URL = "http://reports.test:8000/"
REGISTER = load_register()
OFFICE = {"pm-office": ("a@no10.test", "b@no10.test"), "dwp": ("c@dwp.test",), "moj": ("d@moj.test",)}
LETTER = Letter("<1@reports.test>", "a@no10.test", "Finding", "Text\n", "<p>HTML</p>", Attachment("p.pdf", b"%PDF"))


class Answers:
    """What the SMTP server says to the next recipients; then 250. Keeps what it took."""

    def __init__(self) -> None:
        self.next: list[str] = []
        self.taken: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.next:
            return self.next.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        found = message_from_bytes(envelope.content, policy=SMTP)
        assert isinstance(found, EmailMessage)
        self.taken.append(found)
        return "250 OK"


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def smtp(answers: Answers) -> Iterator[SmtpMailer]:
    port = free_port()
    controller = Controller(answers, hostname="127.0.0.1", port=port)
    controller.start()
    yield SmtpMailer(Server("127.0.0.1", port, "off"), sender="reports@gov.test")
    controller.stop()


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    await migrate(database, schema="reporter", package="services.reporter.migrations")
    pool = await connect(database, service="test", schema="reporter", size=8)
    yield pool
    await pool.close()


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


async def publish(pool: asyncpg.Pool) -> Clock:
    """Everything of the period is out; the clock stands shortly after that."""
    await receive(pool, *(of(code) for code in DEPARTMENTS))
    await pool.execute("UPDATE status SET changed_at = $1", PUBLISH_AT - timedelta(days=1))
    reports = Publishing(pool, REGISTER, stylesheet="/assets/app.css", url=URL, settle=timedelta(0), sample=False)
    assert await reports.publish_due(datetime.now(UTC) + timedelta(days=1)) == 1
    return Clock(datetime.now(UTC))


def posting(pool: asyncpg.Pool, mailer: Mailer, clock: Clock, **more: Any) -> Posting:
    return Posting(pool, REGISTER, mailer, OFFICE, url=URL, clock=clock, **more)


async def states(pool: asyncpg.Pool) -> list[tuple[str, str, int]]:
    rows = await pool.fetch("SELECT recipient, state, attempts FROM delivery ORDER BY recipient")
    return [(row["recipient"], row["state"], row["attempts"]) for row in rows]


async def everything(post: Posting) -> int:
    sent = 0
    while await post.step():
        sent += 1
    return sent


async def the_pack(_overview: str) -> bytes:
    return b"%PDF of all departments"


async def test_the_overview_goes_to_everybody_in_the_office_once(
    pool: asyncpg.Pool, smtp: SmtpMailer, answers: Answers
) -> None:
    """With the pack; a second look, by another reporter too, sends nothing."""
    clock = await publish(pool)
    assert await everything(posting(pool, smtp, clock, pack=the_pack)) == 2
    assert await everything(posting(pool, smtp, clock, pack=the_pack)) == 0
    assert sorted(mail["To"] for mail in answers.taken) == ["a@no10.test", "b@no10.test"]
    assert answers.taken[0]["Message-ID"] != answers.taken[1]["Message-ID"]
    (pdf,) = [part for part in answers.taken[0].walk() if part.get_content_type() == "application/pdf"]
    assert pdf.get_content() == b"%PDF of all departments"


async def test_what_is_put_off_is_sent_later_with_the_same_id(
    pool: asyncpg.Pool, smtp: SmtpMailer, answers: Answers
) -> None:
    """451, then 250: not before its pause is over."""
    clock = await publish(pool)
    answers.next = ["451 try again", "451 try again"]
    post = posting(pool, smtp, clock)
    assert await everything(post) == 2
    assert [state for _, state, _ in await states(pool)] == ["waiting", "waiting"]
    clock.now += pause(1) - timedelta(seconds=1)
    assert await everything(post) == 0
    clock.now += timedelta(seconds=1)
    assert await everything(post) == 2
    assert await states(pool) == [("a@no10.test", "sent", 2), ("b@no10.test", "sent", 2)]
    assert len(answers.taken) == 2


async def test_what_is_refused_is_given_up(pool: asyncpg.Pool, smtp: SmtpMailer, answers: Answers) -> None:
    """550: never again, and the other letter goes its way."""
    clock = await publish(pool)
    answers.next = ["550 nobody of that name"]
    assert await everything(posting(pool, smtp, clock)) == 2
    assert sorted(state for _, state, _ in await states(pool)) == ["given up", "sent"]
    assert "550" in await pool.fetchval("SELECT error FROM delivery WHERE state = 'given up'")


async def test_after_a_crash_it_is_sent_again_with_the_same_id(
    pool: asyncpg.Pool, smtp: SmtpMailer, answers: Answers
) -> None:
    """The server took it, and we died before writing that down: the lease runs out."""
    clock = await publish(pool)

    class Crash(BaseException): ...

    class Dying:
        async def send(self, letter: Letter) -> None:
            await smtp.send(letter)
            raise Crash

    with pytest.raises(Crash):
        await posting(pool, Dying(), clock).step()
    assert await everything(posting(pool, smtp, clock)) == 1
    clock.now += LEASE
    assert await everything(posting(pool, smtp, clock)) == 1
    ids = [mail["Message-ID"] for mail in answers.taken]
    assert (len(ids), len(set(ids))) == (3, 2)


async def test_nobody_listening_is_no_refusal() -> None:
    """The server is down: later."""
    with pytest.raises(Deferred):
        await SmtpMailer(Server("127.0.0.1", 9, "off"), sender="reports@gov.test").send(LETTER)


async def test_a_server_without_tls_gets_no_letter_that_asks_for_it(smtp: SmtpMailer, answers: Answers) -> None:
    """STARTTLS is required where it is set: nothing goes out in the clear."""
    server = Server("127.0.0.1", smtp.server.port, "starttls")
    with pytest.raises((Deferred, Refused)):
        await SmtpMailer(server, sender="reports@gov.test").send(LETTER)
    assert answers.taken == []


class FakeNotify:
    """POST /v2/notifications/email, as the documentation of the API gives it."""

    def __init__(self) -> None:
        self.status = 201
        self.requests: list[tuple[str, dict[str, Any]]] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert self.headers["Authorization"].startswith("Bearer ")
                fake.requests.append((self.path, body))
                said = {"id": "1"} if fake.status == 201 else {"errors": [{"error": "E", "message": "no"}]}
                raw = json.dumps(said).encode()
                self.send_response(fake.status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def mailer(self) -> NotifyMailer:
        key = "test-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0"
        return NotifyMailer(Account(key, "a-template", f"http://127.0.0.1:{self.server.server_address[1]}"))


@pytest.fixture
def notify() -> Iterator[FakeNotify]:
    fake = FakeNotify()
    yield fake
    fake.server.shutdown()
    fake.server.server_close()


async def test_a_letter_by_notify(notify: FakeNotify) -> None:
    """Subject, body and the file, which Notify turns into a link; the reference is the letter's id."""
    await notify.mailer.send(LETTER)
    ((path, body),) = notify.requests
    assert path == "/v2/notifications/email"
    assert (body["email_address"], body["template_id"], body["reference"]) == ("a@no10.test", "a-template", LETTER.id)
    said = body["personalisation"]
    assert (said["subject"], said["body"]) == ("Finding", "Text\n")
    assert (said["pack"]["file"], said["pack"]["filename"]) == ("JVBERg==", "p.pdf")


async def test_a_file_that_notify_would_not_take_is_left_out(notify: FakeNotify) -> None:
    """The letter goes all the same: its body links to the reports."""
    large = Letter("<1@x>", "a@b.test", "S", "T", "H", Attachment("p.pdf", b"x" * 2_000_001))
    await notify.mailer.send(large)
    assert notify.requests[0][1]["personalisation"]["pack"] == "The reports are on the site."


@pytest.mark.parametrize(
    ("status", "fault"), [(400, Refused), (403, Refused), (429, Deferred), (500, Deferred), (503, Deferred)]
)
async def test_what_notify_does_not_take(notify: FakeNotify, status: int, fault: type[Exception]) -> None:
    """Its own faults and its rate limit pass; ours do not."""
    notify.status = status
    with pytest.raises(fault):
        await notify.mailer.send(LETTER)


def reminding(pool: asyncpg.Pool, clock: Clock, *, opens_rounds: bool = False) -> tuple[Reminding, StoredDesk]:
    archive = Archive()
    archive.pool = pool
    desk = StoredDesk(archive, REGISTER, sample=False)
    return Reminding(archive, REGISTER, desk, OFFICE, url=URL, opens_rounds=opens_rounds, clock=clock), desk


async def test_who_has_not_signed_is_reminded_once_at_each_stage(
    pool: asyncpg.Pool, smtp: SmtpMailer, answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    """A week before, the day before, the day after, a week after; and the log says once that the return is late."""
    signed = of("moj")
    await receive(pool, signed, *(of(code, statement=None) for code in DEPARTMENTS if code != "moj"))
    due = datetime.combine(round_of(Period.parse(PERIOD)).due, datetime.min.time(), LONDON) + timedelta(hours=9)
    clock = Clock(due)
    remind, _ = reminding(pool, clock)
    for days in (-20, -7, -6, -1, 1, 2, 7, 8, 31):
        clock.now = due + timedelta(days=days)
        for _ in range(2):
            await remind.step()
        await everything(posting(pool, smtp, clock))
    assert {mail["To"] for mail in answers.taken} == {"c@dwp.test"}
    kinds = [row["kind"] for row in await pool.fetch("SELECT kind FROM delivery ORDER BY created_at")]
    assert kinds == ["commissioned", "due soon", "due tomorrow", "late", "still late"]
    said = capsys.readouterr().out
    assert said.count("return.late") == len(DEPARTMENTS) - 1
    assert (said.count("round.opened"), said.count("round.overdue")) == (1, 1)


async def test_the_calendar_opens_a_round_once(pool: asyncpg.Pool) -> None:
    """As an event of the Prime Minister's office, at the front door; again and again it is the same event."""
    clock = Clock(datetime(2026, 9, 17, 8, tzinfo=UTC))
    remind, _ = reminding(pool, clock, opens_rounds=True)
    for _ in range(3):
        await remind.step()
        clock.now += timedelta(hours=1)
    (row,) = await pool.fetch("SELECT topic, value FROM outbox")
    event = json.loads(row["value"])
    assert (row["topic"], event["subject"], event["id"]) == (
        "submissions.pm-office",
        "2026-27-q2",
        "2026-27-q2/round.opened/calendar",
    )
    assert event["data"] == {"due": "2026-10-14", "publish_at": "2026-10-20T09:30:00+01:00"}


async def test_a_draft_is_saved_by_one_at_a_time(pool: asyncpg.Pool) -> None:
    """Who read an older one is told; it is there as it was typed."""
    _, desk = reminding(pool, Clock(PUBLISH_AT))
    typed = Draft(department="dwp", period=PERIOD, statement="\u202eHalf")
    first = await desk.save(typed, by="x", now=PUBLISH_AT)
    assert first is not None
    assert await desk.save(typed, by="y", now=PUBLISH_AT) is None
    second = await desk.save(first.model_copy(update={"statement": "Whole"}), by="x", now=PUBLISH_AT)
    assert await desk.drafts(PERIOD) == {"dwp": second}


async def test_a_submission_is_sent_on_once(pool: asyncpg.Pool) -> None:
    """In one transaction with its receipt."""
    _, desk = reminding(pool, Clock(PUBLISH_AT))
    said = Submission("dwp", "statement.signed", f"{PERIOD}/dwp", "v1", {"statement": "S"}, PUBLISH_AT, "x")
    assert [await desk.say(said), await desk.say(said)] == [True, False]
    assert await desk.said(f"{PERIOD}/dwp") == [said]
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_what_is_published_and_whether_it_was_signed(pool: asyncpg.Pool) -> None:
    """Each department's latest revision; an unsigned one is known as such, until a revision is signed."""
    await receive(pool, *(of(code, statement=None) for code in DEPARTMENTS))
    later = datetime.now(UTC) + timedelta(days=1)
    reports = Publishing(pool, REGISTER, stylesheet="/assets/app.css", url=URL, settle=timedelta(0), sample=False)
    await reports.publish_due(later)
    _, desk = reminding(pool, Clock(later))
    assert [str(asked.period) for asked in await desk.rounds()] == [PERIOD]
    assert not (await desk.published(PERIOD))["dwp"].signed
    await receive(pool, of("dwp", version=2))
    await reports.publish_due(later)
    found = await desk.published(PERIOD)
    assert (found["dwp"].revision, found["dwp"].signed, found["moj"].signed) == (2, True, False)
    reason = await pool.fetchval("SELECT reason FROM publication WHERE id = $1", f"dwp/{PERIOD}/r2")
    assert "statement received, previously not received" in reason
