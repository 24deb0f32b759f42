"""The letters themselves: what they say, and that nothing in them can become a header."""

from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporter.delivery import letters
from services.reporter.delivery.letters import Reminder, message_id, reminder
from services.reporter.delivery.mailing import Attachment, Letter
from services.reporter.delivery.smtp import message, one_line
from services.reporter.model import Overview
from services.reporter.returns.states import State
from shared.periods import Period
from shared.status import Round
from tests.unit.reporter.test_rendering import the_overview as example

URL = "https://reports.test/"
NOW = datetime(2026, 10, 14, 8, 30, tzinfo=UTC)
ROUND = Round(due=date(2026, 10, 14), publish_at=datetime(2026, 10, 20, 8, 30, tzinfo=UTC))


def letter(said: Overview, pack: bytes | None = b"%PDF") -> Letter:
    return letters.overview(said, id="<1@reports.test>", recipient="a@no10.test", url=URL, pack=pack)


def test_the_overview_stands_whole_in_the_text_and_in_the_html() -> None:
    """Finding, numbers, decisions and every department; links lead to the immutable revision."""
    said = example()
    found = letter(said)
    assert found.subject == f"Social value, Q2 2026 to 2027: {said.headline}"
    for body in (found.text, found.html):
        assert said.headline in body
        assert "https://reports.test/overview/2026-27-q2/r1" in body
        assert all(row.label in body for row in said.standings)
        assert all(key.shown in body for key in said.keys)
    assert "style=" in found.html
    assert "<style" not in found.html
    assert found.attachment == Attachment("social-value-2026-27-q2-r1.pdf", b"%PDF")


def test_text_of_departments_is_escaped_in_the_html() -> None:
    """And stays as it is in the text."""
    said = example()
    row = said.standings[0].model_copy(update={"label": "<script>&"})
    found = letter(said.model_copy(update={"standings": (row, *said.standings[1:])}))
    assert "&lt;script&gt;&amp;" in found.html
    assert "<script>" not in found.html
    assert "<script>&: " in found.text


def parsed(letter: Letter, sender: str = "reports@gov.test") -> EmailMessage:
    raw = message(letter, sender=sender, now=NOW).as_bytes()
    found = message_from_bytes(raw, policy=SMTP)
    assert isinstance(found, EmailMessage)
    return found


def test_the_parts_and_headers_of_a_mail() -> None:
    """mixed [alternative [text, HTML], PDF]; nobody's out-of-office answers it."""
    mail = parsed(letter(example()))
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    assert (mail["Message-ID"], mail["Auto-Submitted"], mail["To"]) == (
        "<1@reports.test>",
        "auto-generated",
        "a@no10.test",
    )
    assert "social-value" in mail["List-Id"]


@given(st.text(max_size=80))
def test_no_text_becomes_a_header(text: str) -> None:
    """Whatever a department is called: one subject, no further header, and the mail can be read back."""
    plain = Letter("<1@x>", "a@b.test", f"{text}\r\nBcc: everybody@elsewhere.test\n{text}", "text\n", "<p>x</p>")
    mail = parsed(plain)
    assert mail["Bcc"] is None
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Id", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert mail["Subject"].replace(" ", "") == one_line(plain.subject).replace(" ", "")


def test_a_letter_has_one_id_for_each_person() -> None:
    """The same whenever it is made; it tells nobody's address."""
    one = message_id("overview", "overview/2026-27-q2/r1", "a@no10.test", url=URL)
    assert one == message_id("overview", "overview/2026-27-q2/r1", "a@no10.test", url=URL)
    assert one != message_id("overview", "overview/2026-27-q2/r1", "b@no10.test", url=URL)
    assert "no10" not in one
    assert one.endswith("@reports.test>")


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (-8, Reminder.COMMISSIONED),
        (-7, Reminder.DUE_SOON),
        (-2, Reminder.DUE_SOON),
        (-1, Reminder.DUE_TOMORROW),
        (0, Reminder.DUE_TOMORROW),
        (1, Reminder.LATE),
        (6, Reminder.LATE),
        (7, Reminder.STILL_LATE),
        (30, Reminder.STILL_LATE),
        (31, None),
    ],
)
def test_which_reminder_is_due(late: int, expected: Reminder | None) -> None:
    """The latest one only: what was missed is not made up for."""
    assert reminder(ROUND, State.OVERDUE if late > 0 else State.COMMISSIONED, late) is expected


@pytest.mark.parametrize("state", [State.SIGNED, State.PUBLISHED])
def test_who_has_signed_is_not_reminded(state: State) -> None:
    """Nor anybody, once the round is closed."""
    assert reminder(ROUND, state, -7) is None
    assert reminder(ROUND.model_copy(update={"closed_on": date(2026, 10, 1)}), State.OVERDUE, 1) is None


@pytest.mark.parametrize("kind", list(Reminder))
def test_a_reminder_says_what_is_due_and_where_to_do_it(kind: Reminder) -> None:
    """With the day of publication, signed or not."""
    late = {Reminder.LATE: 1, Reminder.STILL_LATE: 8}.get(kind, -1)
    found = letters.reminding(
        kind, name="Ministry & Co", code="moj", period=Period.parse("2026-27-q2"), round=ROUND, late=late, id="<1@x>",
        recipient="a@b.test", url=URL,
    )  # fmt: skip
    assert "14 October 2026" in found.text
    assert "20 October 2026, 9:30am" in found.text
    assert "https://reports.test/returns/2026-27-q2/moj" in found.text
    assert "Ministry &amp; Co" in found.html
    assert found.subject.startswith("Social value return for Q2 2026 to 2027 is ")
