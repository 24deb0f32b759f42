"""From the opening of a round to the published overview, as four people: a department, the Prime Minister's office, the
review team, and somebody who only reads."""

import re
import subprocess
import sys
from datetime import datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from shared.departments import load_register
from shared.times import LONDON
from tests.browser.conftest import Reader, World
from tests.browser.looking import violations

PERIOD = "2026-27-q2"
RETURN = f"/returns/{PERIOD}/dwp"
STATEMENT = "We put social value into the first gate <b>of every</b> sourcing strategy."
COMMENT = "We count two more, whose records reached you late."


def fill_date(page: Page, legend: str, day: datetime) -> None:
    group = page.get_by_role("group", name=legend)
    for label, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        group.get_by_label(label).fill(str(value))


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has_text=name)


def test_from_the_opening_of_a_round_to_the_published_overview(world: World) -> None:
    """Each sees what is theirs; what was signed stands in the report, word for word, and who did not sign is named."""
    public = world.reader(None)
    public.page.goto("/")
    expect(public.page.get_by_role("heading", level=1)).to_have_text("No report has been published yet")
    public.look.well()

    office = world.reader("pm-office")
    opens_a_round(office)

    department = world.reader("dwp")
    department.until("/", lambda page: page.get_by_role("link", name="Return for Q2 2026 to 2027").is_visible())
    department.look.well()
    department.page.get_by_role("link", name="Return for Q2 2026 to 2027").click()
    expect(department.page.locator("main")).to_contain_text("Commissioned")
    department.look.well()
    looks_at_the_draft_report(department)
    writes_and_signs(department)

    review = world.reader("review-team")
    review.until(RETURN, lambda page: page.get_by_role("heading", name="Signed statement").is_visible())
    expect(review.page.locator("blockquote")).to_have_text(STATEMENT)
    expect(review.page.get_by_role("button", name="statement")).to_have_count(0)
    review.look.well()
    review.page.goto(f"{RETURN}/statement")
    expect(review.page.get_by_role("heading", level=1)).to_have_text("You cannot see this page or do this")
    review.look.well()

    sees_the_overview_first(office)
    publishes(world)
    public.until("/", lambda page: page.get_by_role("table").first.is_visible())
    reads(public)
    for reader in (office, department, public):
        reader.look.nothing_from_elsewhere()


def opens_a_round(office: Reader) -> None:
    page, today = office.page, datetime.now(LONDON)
    office.look.well()
    page.get_by_role("button", name="Open a round").click()
    office.look.well()
    page.get_by_label("Period").fill("2026-27-q5")
    page.get_by_role("button", name="Open the round").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("There is a problem")
    office.look.well()
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("Period")).to_be_focused()
    page.get_by_label("Period").fill(PERIOD)
    fill_date(page, "When are returns due?", today + timedelta(days=1))
    fill_date(page, "On which day are the reports published?", today + timedelta(days=7))
    page.get_by_label("What do you ask of the departments?").fill("What has been done?")
    page.get_by_role("button", name="Open the round").click()
    office.until(f"/rounds/{PERIOD}", lambda page: page.get_by_role("table").is_visible())
    expect(row(page, "Department for Work and Pensions")).to_contain_text("Commissioned")
    expect(row(page, "Department for Work and Pensions")).to_contain_text("In 1 day")
    office.look.well()


def looks_at_the_draft_report(department: Reader) -> None:
    page = department.page
    department.until(
        f"{RETURN}/report", lambda page: page.get_by_text("Draft – as it would be published now").is_visible()
    )
    expect(page.locator("main")).to_contain_text("Published unsigned.")
    department.look.well()


def writes_and_signs(department: Reader) -> None:
    page = department.page
    page.goto(RETURN)
    page.get_by_role("button", name="Write the statement").click()
    department.look.well()
    page.get_by_role("button", name="Continue to sign").click()
    page.get_by_role("alert").get_by_role("link", name="Enter the statement").click()
    expect(page.get_by_label("Statement", exact=True)).to_be_focused()
    department.look.well()
    page.get_by_label("Statement", exact=True).fill(STATEMENT)
    for answer in page.get_by_role("radio", name="Done", exact=True).all():
        answer.check()
    page.get_by_label("Action 1: what will be done").fill("Send the two records")
    fill_date(page, "Action 1: by when", datetime(2027, 3, 31))
    page.get_by_label("Figure 1", exact=True).select_option(index=1)
    page.get_by_label("Comment on figure 1").fill(COMMENT)
    page.get_by_label("Name").fill("Rowan Ashdown")
    page.get_by_role("button", name="Add another action").click()
    expect(page.get_by_label("Action 2: what will be done")).to_be_visible()
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()
    expect(page.get_by_label("Statement", exact=True)).to_have_value(STATEMENT)
    page.get_by_role("button", name="Continue to sign").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check the statement before you sign it")
    expect(page.locator("blockquote")).to_have_text(STATEMENT)
    department.look.well()
    page.get_by_role("button", name="Sign and send").click()
    expect(page.get_by_text("The statement is signed and sent.")).to_be_visible()
    department.look.well()
    department.until(RETURN, lambda page: page.get_by_role("heading", name="Signed statement").is_visible())
    page.get_by_role("link", name="Withdraw the statement").click()
    department.look.well()


def sees_the_overview_first(office: Reader) -> None:
    page = office.page
    page.goto(f"/rounds/{PERIOD}")
    expect(row(page, "Department for Work and Pensions")).to_contain_text("Signed")
    page.get_by_role("link", name="The overview as it would be published now").click()
    expect(page.get_by_text("Draft – as it would be published now")).to_be_visible()
    office.look.well()
    page.goto(f"/rounds/{PERIOD}/close")
    office.look.well()


def publishes(world: World) -> None:
    """The day of publication comes: the office moves it to yesterday, from the command line."""
    yesterday = datetime.now(LONDON) - timedelta(days=1)
    command = [sys.executable, "-m", "services.svr", "round", "open", PERIOD]
    dates = ["--due", f"{yesterday:%Y-%m-%d}", "--publish-at", f"{yesterday:%Y-%m-%d}"]
    sent = subprocess.run([*command, *dates, "--kafka", world.kafka.bootstrap], capture_output=True, check=False)
    assert sent.returncode == 0, sent.stderr


def reads(public: Reader) -> None:
    page = public.page
    public.look.well()
    page.get_by_role("link", name="Work and Pensions").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Department for Work and Pensions")
    expect(page.locator("blockquote")).to_have_text(STATEMENT)
    disputed = page.get_by_role("table", name="Figures that the department disputes")
    expect(disputed).to_contain_text(COMMENT)
    expect(page.get_by_role("table", name="Actions named in the statement")).to_contain_text("Send the two records")
    public.look.well()
    page.goto(f"/departments/home-office/{PERIOD}")
    expect(page.locator("main")).to_contain_text("Published unsigned.")
    public.look.well()
    page.goto(f"/rounds/{PERIOD}")
    expect(page.get_by_role("heading", name="Choose an account")).to_be_visible()
    assert violations(page) == []


def test_every_kind_of_page_that_can_be_reached(world: World) -> None:
    """From the front page on, one of each kind: every link resolves, axe finds nothing, a phone is wide enough."""
    reader = world.reader(None)
    seen: set[str] = set()
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        if kind(path) in seen:
            continue
        seen.add(kind(path))
        if MADE_LATER.search(path):
            continue
        if SUFFIX.search(path):
            assert reader.page.request.get(path).ok, path
            continue
        answer = reader.page.goto(path)
        assert answer is not None, path
        assert answer.ok, path
        reader.look.well()
        links = reader.page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
        waiting += [
            link.partition("#")[0] for link in links if link.startswith("/") and not link.startswith("/sign-in")
        ]
    assert {"/departments/*", "/methodology", "/releases", "/procurements/*"} <= seen
    reader.look.nothing_from_elsewhere()


SUFFIX = re.compile(r"\.[a-z]+(-[a-z]+\.json)?$")
MADE_LATER = re.compile(r"\.(pdf|xlsx)$")
CODES = "|".join(sorted((d.code for d in load_register().departments()), key=len, reverse=True))
PARTS = re.compile(
    rf"(?<=/)(ocds-.*|{CODES})(?=[/.?]|$)|20[0-9]{{2}}-[0-9]{{2}}(-q[1-4])?|(?<=/evidence/)[a-z-]+|(?<=/r)[0-9]+"
)


def kind(path: str) -> str:
    """Two addresses of one kind lead to the same template."""
    return PARTS.sub("*", path.partition("?")[0])


def test_a_page_that_fails_is_seen_to_fail(world: World) -> None:
    """The control: axe runs, and finds what is wrong."""
    page = world.reader(None).page
    page.set_content("<html><body><img src='data:,'><input></body></html>")
    found = {line.partition(":")[0] for line in violations(page)}
    assert {"image-alt", "label", "html-has-lang"} <= found


def test_the_keyboard_alone_is_enough(world: World) -> None:
    """Skip link first; then signing in and out without a mouse."""
    reader = world.reader(None)
    page = reader.page
    page.goto("/departments")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent.trim()") == "Skip to main content"
    reach(page, "Sign in")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Choose an account")).to_be_visible()
    reach(page, "Sam Lowe")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your tasks")).to_be_visible()
    page.keyboard.press("Tab")
    reach(page, "Sign out")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("You have signed out")
    reader.look.well()


def reach(page: Page, name: str) -> None:
    """Tabs on until the element with these words has the focus, which must be seen."""
    for _ in range(60):
        said = page.evaluate("() => document.activeElement.textContent.trim()")
        if said.startswith(name):
            box = page.evaluate(
                "() => { const b = document.activeElement.getBoundingClientRect(); return b.width * b.height }"
            )
            assert box > 0, name
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} is not reached by keyboard")


def test_print_leaves_out_what_is_for_the_screen(world: World) -> None:
    """Navigation and the form for signing out."""
    page = world.reader("review-team").page
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Your tasks")).to_be_visible()
    expect(page.locator(".govuk-service-navigation")).to_be_hidden()
    expect(page.get_by_text("Sign out")).to_be_hidden()
