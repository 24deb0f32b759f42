"""The pages of rounds and returns over HTTP: what a form becomes, and what it says when it cannot."""

from datetime import UTC, date, datetime

import orjson
import pytest

from shared.events.catalogue import event_type
from shared.status import Action, Statement
from tests.unit.reporter.examples import PERIOD
from tests.unit.reporter.returns.memory import DWP, MOJ, PM, REVIEW, Browser, Running, hidden, running

RETURN = f"/returns/{PERIOD}/dwp"
TYPED = {
    "statement": "We did <script>it</script>.\r\nAll of it.",
    "signed_by": "Rowan Ashdown",
    "office": "Secretary of State for Work and Pensions",
    "action-1-text": "Send the records",
    "dispute-1-indicator": "consultation",
    "dispute-1-text": "We count 52.",
}


@pytest.fixture
def site() -> Running:
    return running()


@pytest.fixture
def dwp(site: Running) -> Browser:
    return site.browser(DWP)


async def save(browser: Browser, action: str = "save", **typed: str) -> str:
    """Fills in the form as it is shown and sends it; returns where to go then, or the page with its faults."""
    version = hidden((await browser.get(f"{RETURN}/statement")).text, "version")
    answer = await browser.post(f"{RETURN}/statement", {**TYPED, "version": version, "action": action, **typed})
    return answer.headers.get("location") or answer.text


async def test_a_statement_from_draft_to_event(site: Running, dwp: Browser) -> None:
    """Saved, checked, shown once more, signed: one event at the front door, in the department's name."""
    assert await save(dwp, "sign") == f"{RETURN}/sign"
    shown = (await dwp.get(f"{RETURN}/sign")).text
    assert "We did &lt;script&gt;it&lt;/script&gt;.\nAll of it." in shown
    answer = await dwp.post(f"{RETURN}/sign", {"version": hidden(shown, "version")})
    assert answer.headers["location"] == f"{RETURN}?sent=signed"
    (said,) = site.desk.sent
    message = said.message()
    event = orjson.loads(message.value)
    assert message.topic == "submissions.dwp"
    assert {name: event[name] for name in ("source", "id", "type", "subject", "time")} == {
        "source": "/site/dwp",
        "id": f"{PERIOD}/dwp/statement.signed/v1",
        "type": event_type("statement.signed").type,
        "subject": f"{PERIOD}/dwp",
        "time": "2026-10-08T09:00:00.000000Z",
    }
    assert event["data"] == {
        "statement": "We did <script>it</script>.\nAll of it.",
        "signed_by": "Rowan Ashdown",
        "office": "Secretary of State for Work and Pensions",
        "signed_on": "2026-10-08",
        "actions": [{"action": f"dwp-{PERIOD}-1", "text": "Send the records"}],
        "outcomes": [],
        "comments": [{"indicator": "consultation", "text": "We count 52."}],
    }
    assert "It has not reached the figures yet" in (await dwp.get(f"{RETURN}?sent=signed")).text


async def test_a_double_click_is_one_event(site: Running, dwp: Browser) -> None:
    """The second finds the first."""
    await save(dwp, "sign")
    for _ in range(2):
        answer = await dwp.post(f"{RETURN}/sign", {"version": "1"})
        assert answer.status_code == 303
    assert len(site.desk.sent) == 1


async def test_what_was_changed_since_it_was_read_is_not_signed(site: Running, dwp: Browser) -> None:
    """Whoever signs has to have seen it."""
    await save(dwp, "sign")
    await save(dwp, statement="Another one.")
    answer = await dwp.post(f"{RETURN}/sign", {"version": "1"})
    assert answer.headers["location"] == f"{RETURN}/statement"
    assert site.desk.sent == []


async def test_signed_anew_it_is_another_event(site: Running, dwp: Browser) -> None:
    """The later one counts."""
    for version, statement in (("1", "First."), ("2", "Second.")):
        await save(dwp, "sign", statement=statement)
        await dwp.post(f"{RETURN}/sign", {"version": version})
    assert [said.id[-3:] for said in site.desk.sent] == ["/v1", "/v2"]


async def test_a_signed_statement_is_withdrawn_with_its_reason(site: Running, dwp: Browser) -> None:
    """An event of the same sender and subject, once; until it is counted, the page says that it is on its way."""
    await save(dwp, "sign")
    await dwp.post(f"{RETURN}/sign", {"version": "1"})
    signed = Statement(
        statement=site.desk.sent[0].data["statement"],
        signed_by="R",
        office="S",
        signed_on=date(2026, 10, 8),
        comment=None,
    )
    site.desk.held["dwp"] = site.desk.held["dwp"].model_copy(update={"statement": signed})
    assert "Withdraw the statement" in (await dwp.get(RETURN)).text
    assert "Withdraw the statement" not in (await site.browser(REVIEW).get(RETURN)).text
    assert "Enter the reason" in (await dwp.post(f"{RETURN}/withdraw", {"reason": " "})).text
    answer = await dwp.post(f"{RETURN}/withdraw", {"reason": "The wrong quarter"})
    assert answer.headers["location"] == f"{RETURN}?sent=withdrawn"
    assert (await dwp.post(f"{RETURN}/withdraw", {"reason": "Again"})).status_code == 404
    said = site.desk.sent[-1]
    assert (len(site.desk.sent), said.name, said.sender, said.subject) == (2, "event.withdrawn", "dwp", f"{PERIOD}/dwp")
    assert dict(said.data) == {
        "source": "/site/dwp",
        "id": f"{PERIOD}/dwp/statement.signed/v1",
        "reason": "The wrong quarter",
    }
    assert "Withdrawn 8 October 2026" in (await dwp.get(f"{RETURN}?sent=withdrawn")).text
    site.desk.held["dwp"] = site.desk.held["dwp"].model_copy(update={"statement": None})
    assert "It has not reached the figures yet" not in (await dwp.get(RETURN)).text


async def test_a_draft_need_not_be_whole(site: Running, dwp: Browser) -> None:
    """It is kept as it was typed, and is no event."""
    assert await save(dwp, statement="Half a", signed_by="") == f"{RETURN}/statement?saved=yes"
    assert site.desk.kept["dwp"].statement == "Half a"
    assert ">Half a</textarea>" in (await dwp.get(f"{RETURN}/statement")).text
    assert site.desk.sent == []


async def test_a_draft_that_cannot_be_signed_says_why(site: Running, dwp: Browser) -> None:
    """In a summary that links to the field, at the field, and in the title; it is saved all the same."""
    page = await save(dwp, "sign", statement="")
    assert "<title>Error: Statement for Q2 2026 to 2027" in page.replace("\n", "").replace("  ", "")
    assert '<a href="#statement">Enter the statement</a>' in page
    assert 'id="statement-error"' in page
    assert site.desk.kept["dwp"].signed_by == "Rowan Ashdown"


async def test_two_who_write_at_once_do_not_overwrite_each_other(site: Running, dwp: Browser) -> None:
    """The second is told, keeps their text, and may save it over the other's."""
    await save(dwp, statement="Theirs")
    answer = await dwp.post(f"{RETURN}/statement", {**TYPED, "version": "0", "statement": "Mine", "action": "save"})
    assert "Somebody else has saved this draft" in answer.text
    assert ">Mine</textarea>" in answer.text
    assert site.desk.kept["dwp"].statement == "Theirs"
    assert hidden(answer.text, "version") == "1"


async def test_another_line_without_scripts(site: Running, dwp: Browser) -> None:
    """A button saves and gives one more; the browser goes to it."""
    assert await save(dwp, "add-action") == f"{RETURN}/statement?adding=action#action-2-text"
    page = (await dwp.get(f"{RETURN}/statement?adding=action")).text
    assert 'name="action-2-text"' in page
    assert 'name="action-3-text"' not in page


async def test_last_rounds_actions_must_be_answered_for(site: Running, dwp: Browser) -> None:
    """Done or not done, with a line."""
    promised = Action(action="a", text="Train <all>", due=None, done=None, closed_on=None, closing_text=None)
    site.desk.held["dwp"] = site.desk.held["dwp"].model_copy(update={"previous_actions": (promised,)})
    assert "Select whether this was done: Train &lt;all&gt;" in await save(dwp, "sign")
    assert await save(dwp, "sign", **{"outcome-1-answer": "done"}) == f"{RETURN}/sign"


async def test_a_signed_statement_is_where_the_next_one_begins(site: Running, dwp: Browser) -> None:
    """Wherever it was signed: a system of the department's may have sent it."""
    signed = Statement(statement="Sent.", signed_by="R", office="S", signed_on=date(2026, 10, 7), comment=None)
    site.desk.held["dwp"] = site.desk.held["dwp"].model_copy(update={"statement": signed})
    assert ">Sent.</textarea>" in (await dwp.get(f"{RETURN}/statement")).text
    assert "Signed</strong>" in (await site.browser(REVIEW).get(RETURN)).text


async def test_what_is_not_signed_is_the_departments_own(site: Running, dwp: Browser) -> None:
    """The others see its figures, and that there is a draft."""
    await save(dwp, statement="Half a thought")
    for person in (PM, REVIEW):
        for path in (RETURN, f"{RETURN}/report", f"/rounds/{PERIOD}", f"/rounds/{PERIOD}/overview"):
            assert "Half a thought" not in (await site.browser(person).get(path)).text
    assert "Drafted</strong>" in (await site.browser(PM).get(RETURN)).text


async def test_the_report_before_publication_says_what_it_is(site: Running) -> None:
    """A draft, with the figures as they stand, and unsigned."""
    page = (await site.browser(REVIEW).get(f"{RETURN}/report")).text
    assert "Draft – as it would be published now" in page
    assert "Published unsigned." in page
    assert "Draft – as it would be published now" in (await site.browser(PM).get(f"/rounds/{PERIOD}/overview")).text


async def test_a_round_is_opened_by_a_form(site: Running) -> None:
    """One event in the office's name; sent twice, once."""
    browser = site.browser(PM)
    page = (await browser.get("/rounds/open?period=2026-27-q3")).text
    assert [hidden(page, name) for name in ("due-day", "due-month", "due-year")] == ["14", "1", "2027"]
    names = ("form", "due-day", "due-month", "due-year", "publish-day", "publish-month", "publish-year")
    form = {"period": "2026-27-q3", "note": "What was done?", **{name: hidden(page, name) for name in names}}
    for _ in range(2):
        answer = await browser.post("/rounds/open", form)
        assert answer.headers["location"] == "/rounds/2026-27-q3?sent=opened"
    (said,) = site.desk.sent
    assert (said.sender, said.name, said.subject, dict(said.data)) == (
        "pm-office",
        "round.opened",
        "2026-27-q3",
        {"due": "2027-01-14", "publish_at": "2027-01-20T09:30:00Z", "note": "What was done?"},
    )
    assert "as soon as their figures are counted" in (await browser.get("/rounds/2026-27-q3?sent=opened")).text


async def test_a_round_is_closed_after_a_question(site: Running) -> None:
    """Which says how many have not signed."""
    browser = site.browser(PM)
    page = (await browser.get(f"/rounds/{PERIOD}/close")).text
    assert f"{len(site.desk.held)} departments have not signed" in page
    await browser.post(f"/rounds/{PERIOD}/close", {"form": hidden(page, "form")})
    assert [(said.name, dict(said.data)) for said in site.desk.sent] == [("round.closed", {"closed_on": "2026-10-08"})]


async def test_who_is_late_comes_first() -> None:
    """Then who has not signed yet; each with the days."""
    site = running(now=datetime(2026, 10, 11, 9, tzinfo=UTC))
    signed = Statement(statement="Sent.", signed_by="R", office="S", signed_on=date(2026, 10, 7), comment=None)
    site.desk.held["moj"] = site.desk.held["moj"].model_copy(update={"statement": signed})
    page = (await site.browser(PM).get(f"/rounds/{PERIOD}")).text
    assert page.index("2 days late") < page.index("Ministry of Justice")
    assert page.rindex("2 days late") < page.index("Signed</strong>")


async def test_tasks(site: Running) -> None:
    """A department is told what waits for it; one that has signed, that nothing does."""
    assert "Return for Q2 2026 to 2027" in (await site.browser(DWP).get("/")).text
    signed = Statement(statement="Sent.", signed_by="R", office="S", signed_on=date(2026, 10, 7), comment=None)
    site.desk.held["moj"] = site.desk.held["moj"].model_copy(update={"statement": signed})
    assert "Nothing." in (await site.browser(MOJ).get("/")).text
    assert "Open a round" in (await site.browser(PM).get("/")).text
    assert "Open a round" not in (await site.browser(REVIEW).get("/")).text


@pytest.mark.parametrize(
    "path", ["/rounds/2020-21-q1", "/rounds/x", "/returns/2020-21-q1/dwp", f"/returns/{PERIOD}/nobody"]
)
async def test_what_is_not_there(site: Running, path: str) -> None:
    """404, for those who may see all."""
    assert (await site.browser(PM).get(path)).status_code == 404
