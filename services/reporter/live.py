"""The pages that are made when they are asked for: lists, the calendar, the methodology, errors. Pure: view → bytes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from markupsafe import Markup

from services.reporter import addresses, rounds, tables
from services.reporter.rendering import page
from services.reporter.shelf import Entry, Issue, Planned
from services.reporter.tables import Table, head, html, text
from services.reporter.words import moment
from shared.periods import Period

ERRORS = {
    404: (
        "Page not found",
        "If you typed the web address, check it is correct. If you pasted the web address, check you copied the "
        "entire address. The report you look for may not have been published yet.",
    ),
    400: ("There is a problem with what was sent", "Go back, load the page again and repeat what you did."),
    403: (
        "You cannot see this page or do this",
        "You may have signed in as somebody for whom it is not meant, or the page from which you sent this may be "
        "too old: load it again and repeat what you did.",
    ),
    405: ("This page can only be read", "The address is right, but nothing can be sent to it."),
    413: ("This is too long", "Go back and send less at once."),
    415: ("There is a problem with what was sent", "Use the form on the page."),
    500: ("Sorry, there is a problem with the service", "Try again later. What was published is not affected."),
    503: ("Sorry, the service is unavailable", "You will be able to use the service again in a few minutes."),
}


class Pages:
    """`sample`: every page says that its figures are invented."""

    def __init__(self, *, stylesheet: str, sample: bool) -> None:
        self.stylesheet, self.sample = stylesheet, sample

    def _page(self, template: str, **view: object) -> bytes:
        return page(template, stylesheet=self.stylesheet, sample=self.sample, **view)

    def render(self, template: str, view: Mapping[str, object]) -> bytes:
        return self._page(template, **view)

    def revisions(self, issues: Sequence[Issue]) -> bytes:
        return self._page("revisions.html", nav="revisions", title="Revisions", table=_revisions(issues))

    def releases(self, planned: Sequence[Planned], entries: Sequence[Entry], now: datetime) -> bytes:
        found = [*rounds.releases(planned, now), *rounds.cancelled(entries)]
        rows = [
            [
                text(moment(release.at), nowrap=True),
                html(_released(release)),
                html(tables.tag(release.state, _STATES[release.state])),
            ]
            for release in sorted(found, key=lambda release: (release.at, release.period.key), reverse=True)
        ]
        table = Table("Release calendar", [head("Date and time"), head("Reports"), head("State")], rows)
        return self._page("releases.html", nav="releases", title="Release calendar", table=table)

    def nothing_yet(self) -> bytes:
        return self._page("nothing.html", nav="overview", title="No report has been published yet")

    def error(self, status: int) -> bytes:
        title, words = ERRORS.get(status, ERRORS[500 if status >= 500 else 404])
        return self._page("error.html", nav="", title=title, words=words)


_STATES = {
    "Published": "green",
    "Confirmed": "blue",
    "Provisional": "grey",
    "Waiting for data": "yellow",
    "Cancelled": "orange",
}


def _released(release: rounds.Release) -> Markup:
    said = f"{release.period.title} ({release.period.months})"
    if release.state != "Published":
        return Markup.escape(said)
    return tables.link(said, addresses.publication("overview", release.period.key))


def _revisions(issues: Sequence[Issue]) -> Table:
    rows = []
    for issue in issues:
        name = "Overview" if issue.department == "overview" else issue.title
        address = addresses.publication(issue.department, issue.period, issue.revision)
        said = f"{name}, {Period.parse(issue.period).title}, r{issue.revision}"
        changed = [f"{change.what}: {change.new}, previously {change.old}" for change in issue.changes if change.old]
        rows.append(
            [
                text(moment(issue.published_at), nowrap=True),
                html(tables.link(said, address), "sv-title-cell"),
                html(tables.foreign(issue.reason or ""), "sv-title-cell"),
                html(tables.bullet_list(changed) if changed else Markup("–"), "sv-title-cell"),
            ]
        )
    columns = [head("Published"), head("Report"), head("Reason"), head("New and old values")]
    return Table("Revisions, newest first", columns, rows, size="wide")
