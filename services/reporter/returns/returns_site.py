"""The pages of one return: the report as it would be published, and the statement from draft to signature."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.reporter import rendering
from services.reporter.model import Report
from services.reporter.returns import addresses, drafts, opening, views
from services.reporter.returns.desk import Asked
from services.reporter.returns.drafts import Draft, Fault
from services.reporter.returns.handling import Route, Site, said, see_other
from services.reporter.returns.speaking import Submission
from services.reporter.returns.states import State
from services.reporter.signing_in.visits import Visitor, private
from services.reporter.views import title_of
from shared.events.round import EventWithdrawn, StatementSigned
from shared.status import Statement
from shared.times import london_day


def add_to(site: Site, get: Route, post: Route) -> None:
    async def visit(request: Request, period: str, code: str, *, writing: bool = False) -> tuple[Visitor, Asked]:
        visitor = await site.visits.required(request)
        person = visitor.person
        site.allow(person.answers_for(code) if writing else person.sees(code))
        return visitor, await site.answerable(period, code)

    _withdrawing(site, visit, get, post)

    def name_of(code: str, asked: Asked) -> str:
        return site.register.department(code).name(asked.period.last_day)

    @get("/returns/{period}/{code}")
    async def page(request: Request, period: str, code: str, sent: str = "") -> Response:
        visitor, asked = await visit(request, period, code)
        key = str(asked.period)
        found = (await site.states(asked))[code]
        status = (await site.desk.statuses(key)).get(code)
        statement = status.statement if status else None
        sent_before = await site.desk.said(f"{key}/{code}")
        writes = visitor.person.answers_for(code)
        return site.page(
            "return.html",
            visitor,
            title=f"{name_of(code, asked)}: return for {asked.period.title}",
            asked=asked,
            state=views.state_tag(found),
            published=found in (State.PUBLISHED, State.PUBLISHED_UNSIGNED),
            public=views.where_published(key, code),
            statement=statement,
            pending=views.pending(sent_before, statement),
            writes=writes,
            withdrawable=writes and statement is not None and views.standing(sent_before) is not None,
            address=addresses.return_(key, code),
            sent=sent,
        )

    @get("/returns/{period}/{code}/report")
    async def report(request: Request, period: str, code: str) -> Response:
        visitor, asked = await visit(request, period, code)
        found = await site.report(str(asked.period), code)
        if found is None:
            return site.page("counting.html", visitor, title="The report is not ready yet")
        content = rendering.preview_html(found, stylesheet=site.pages.stylesheet, visitor=visitor)
        return private(content)

    async def begun(asked: Asked, code: str) -> tuple[Draft, Report | None]:
        """The draft as last saved, or one that begins from what is known."""
        key = str(asked.period)
        report = await site.report(key, code)
        draft = (await site.desk.drafts(key)).get(code)
        if draft is not None:
            return draft, report
        holder = report.office_holder if report else None
        status = (await site.desk.statuses(key)).get(code)
        return _from_signed(status.statement if status else None, code, key) or Draft(
            department=code,
            period=key,
            signed_by=holder.name if holder else "",
            office=holder.office if holder else site.register.department(code).head_title(asked.period.last_day),
        ), report

    def _form(
        visitor: Visitor, asked: Asked, draft: Draft, report: Report | None, *, faults: list[Fault], **more: Any
    ) -> Response:
        title = f"Statement for {asked.period.title}"
        return site.page(
            "statement.html",
            visitor,
            title=("Error: " if faults else "") + title,
            asked=asked,
            name=name_of(draft.department, asked),
            address=addresses.return_(str(asked.period), draft.department),
            status=422 if faults else 200,
            **{"saved": False, "changed": False, **more},
            **views.form(draft, report, found=faults, more=more.get("adding")),
        )

    @get("/returns/{period}/{code}/statement")
    async def statement(request: Request, period: str, code: str, saved: str = "", adding: str = "") -> Response:
        visitor, asked = await visit(request, period, code, writing=True)
        draft, report = await begun(asked, code)
        return _form(visitor, asked, draft, report, faults=[], saved=saved == "yes", adding=adding)

    @post("/returns/{period}/{code}/statement")
    async def save(request: Request, period: str, code: str) -> Response:
        visitor, form = await site.visits.form(request)
        visitor, asked = await visit(request, period, code, writing=True)
        key = str(asked.period)
        report = await site.report(key, code)
        previous = report.previous_actions if report else ()
        typed = drafts.of_form(form.fields, department=code, period=key, previous=previous)
        saved = await site.desk.save(typed, by=visitor.person.subject, now=site.now())
        if saved is None:
            current = (await site.desk.drafts(key))[code]
            theirs = typed.model_copy(update={"version": current.version})
            return _form(visitor, asked, theirs, report, faults=[], changed=True)
        action = form.text("action")
        here = f"{addresses.return_(key, code)}/statement"
        if action in ("add-action", "add-dispute"):
            kind = action.removeprefix("add-")
            count = len(typed.actions if kind == "action" else typed.comments)
            return see_other(f"{here}?adding={kind}#{kind}-{count + 1}-{'text' if kind == 'action' else 'indicator'}")
        if action == "sign":
            checked = _checked(saved, report)
            if isinstance(checked, list):
                return _form(visitor, asked, saved, report, faults=checked)
            return see_other(f"{addresses.return_(key, code)}/sign")
        return see_other(f"{here}?saved=yes")

    def _checked(draft: Draft, report: Report | None) -> StatementSigned | list[Fault]:
        return drafts.signed(
            draft,
            signed_on=london_day(site.now()),
            indicators=views.disputable(report),
            previous=report.previous_actions if report else (),
        )

    @get("/returns/{period}/{code}/sign")
    async def confirm(request: Request, period: str, code: str) -> Response:
        visitor, asked = await visit(request, period, code, writing=True)
        draft, report = await begun(asked, code)
        checked = _checked(draft, report)
        if isinstance(checked, list):
            return see_other(f"{addresses.return_(str(asked.period), code)}/statement")
        return site.page(
            "sign.html",
            visitor,
            title="Check the statement before you sign it",
            asked=asked,
            name=name_of(code, asked),
            signed=checked,
            titles={comment.indicator: title_of(comment.indicator) for comment in checked.comments},
            promised={action.action: action.text for action in (report.previous_actions if report else ())},
            version=draft.version,
            address=addresses.return_(str(asked.period), code),
        )

    @post("/returns/{period}/{code}/sign")
    async def sign(request: Request, period: str, code: str) -> Response:
        visitor, form = await site.visits.form(request)
        visitor, asked = await visit(request, period, code, writing=True)
        key = str(asked.period)
        draft, report = await begun(asked, code)
        checked = _checked(draft, report)
        if isinstance(checked, list) or form.text("version") != str(draft.version):
            return see_other(f"{addresses.return_(key, code)}/statement")  # it was changed since it was read
        await site.desk.say(
            said("statement.signed", f"{key}/{code}", checked, visitor.person, f"v{draft.version}", site.now())
        )
        return see_other(f"{addresses.return_(key, code)}?sent=signed")


def _withdrawing(site: Site, visit: Callable[..., Awaitable[tuple[Visitor, Asked]]], get: Route, post: Route) -> None:
    async def signed(asked: Asked, code: str) -> Submission:
        """What can be taken back here: what was signed here. Raises HTTPException(404)."""
        found = views.standing(await site.desk.said(f"{asked.period}/{code}"))
        if found is None:
            raise HTTPException(404)
        return found

    def _page(visitor: Visitor, asked: Asked, code: str, statement: Submission, faults: Sequence[Fault]) -> Response:
        return site.page(
            "withdraw.html",
            visitor,
            title=("Error: " if faults else "") + f"Withdraw the statement for {asked.period.title}",
            asked=asked,
            signed=statement,
            address=addresses.return_(str(asked.period), code),
            status=422 if faults else 200,
            **views.faults(faults),
        )

    @get("/returns/{period}/{code}/withdraw")
    async def ask(request: Request, period: str, code: str) -> Response:
        visitor, asked = await visit(request, period, code, writing=True)
        return _page(visitor, asked, code, await signed(asked, code), [])

    @post("/returns/{period}/{code}/withdraw")
    async def withdraw(request: Request, period: str, code: str) -> Response:
        _, form = await site.visits.form(request)
        visitor, asked = await visit(request, period, code, writing=True)
        statement = await signed(asked, code)
        try:
            data = EventWithdrawn(source=statement.source, id=statement.id, reason=form.text("reason"))
        except ValidationError:
            fault = Fault("reason", "Enter the reason, in 20,000 characters or fewer")
            return _page(visitor, asked, code, statement, [fault])
        version = statement.id.rpartition("/")[2]
        await site.desk.say(said("event.withdrawn", statement.subject, data, visitor.person, version, site.now()))
        return see_other(f"{addresses.return_(str(asked.period), code)}?sent=withdrawn")


def _from_signed(signed: Statement | None, code: str, period: str) -> Draft | None:
    """To be signed anew, from what stands signed."""
    if signed is None:
        return None
    return Draft(
        department=code,
        period=period,
        statement=signed.statement,
        signed_by=signed.signed_by,
        office=signed.office,
        comment=signed.comment or "",
        actions=tuple(
            drafts.ActionLine(
                text=action.text,
                **({p: str(getattr(action.due, p)) for p in opening.PARTS} if action.due else {}),
            )
            for action in signed.actions
        ),
        comments=tuple(drafts.CommentLine(indicator=c.indicator, text=c.text) for c in signed.comments),
    )
