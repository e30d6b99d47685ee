"""Routes of complaints."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query

from chassis.auth import Caller
from chassis.clock import day_begins
from chassis.db import Reading, Work
from chassis.months import Day
from chassis.paging import Paging, by_id
from chassis.problems import InvalidRequest
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope
from notify_service.complaints import lifecycle, repository, service
from notify_service.complaints.errors import (
    AnsweredBySame,
    AnswerTellsPersons,
    ComplainantUnknown,
    ComplaintAbove,
    ComplaintCategoryUnknown,
    ComplaintClaimed,
    ComplaintNotSo,
    ComplaintsOpen,
    ComplaintUnknown,
)
from notify_service.complaints.models import Complaint, Level, State
from notify_service.complaints.schemas import (
    AgainIn,
    AnswerIn,
    Category,
    CategoryFigures,
    CategoryList,
    CategoryOut,
    Claimed,
    ComplaintFigures,
    ComplaintIn,
    ComplaintOut,
    ComplaintPage,
    ComplaintWithSteps,
    HandOnIn,
    Order,
    StepOut,
)
from notify_service.context import Running, Runtime

routes = router(prefix="/v1", tags=["complaints"])

_READS: Final = (Scope.COMPLAINTS_ENTER, Scope.COMPLAINTS_ANSWER)
_ROWS: Final = Rows("complaint", "complaint_id")
_TURN: Final = (ComplaintUnknown, ComplaintNotSo, ComplaintAbove, ComplaintClaimed)
_OWN: Final = "a complaint of the citizen's own"
_LONGEST_DAYS: Final = 366


@routes.get("/complaint-categories", scopes=_READS)
async def list_categories(runtime: Running) -> CategoryList:
    """The categories of complaints, and within how many hours an answer is owed."""
    found = service.categories(runtime.state)
    return CategoryList(
        items=[
            CategoryOut(category=name, name_en=one.en, name_ar=one.ar, answer_hours=one.answer_hours)
            for name, one in sorted(found.items())
        ]
    )


@routes.post(
    "/complaints",
    scopes=Scope.COMPLAINTS_ENTER,
    status_code=201,
    problems=(ComplainantUnknown, ComplaintCategoryUnknown, ComplaintsOpen),
    purpose="complaint",
    despite_restriction=_OWN,
)
async def enter_complaint(given: ComplaintIn, caller: Caller, session: Work, runtime: Running) -> ComplaintOut:
    """Enter a citizen's complaint; the citizen is told its number, and by when an answer is owed, by SMS."""
    complainant = await service.complainant(session, caller, given.citizen_id)
    about = (given.about, given.about_id) if given.about and given.about_id else None
    entered = await service.enter(
        session,
        runtime.state,
        caller.subject,
        complainant,
        category=given.category,
        text=given.text,
        channel=given.channel,
        about=about,
        now=runtime.clock.now(),
    )
    return out(runtime, entered)


@routes.get("/complaints", scopes=_READS, purpose="complaint")
async def list_complaints(
    caller: Caller,
    session: Reading,
    runtime: Running,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    state: State | None = None,
    level: Level | None = None,
    category: Annotated[Category | None, Query()] = None,
    citizen_id: UUID | None = None,
    number: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    late: bool = False,
    claimed: Claimed | None = None,
    order: Order = "entered",
) -> ComplaintPage:
    """Complaints of the caller's area: those of a state, a level, a category, a citizen, of a number, or late ones.

    `claimed`: those the caller works on, or those that nobody does; `order`: as they were entered, or the first to be
    answered first.
    """
    asked: dict[str, object] = {
        "state": state,
        "level": level,
        "category": category,
        "citizen_id": citizen_id,
        "number": number,
        "late": late,
        "claimed": claimed,
        "who": caller.subject,
        "now": runtime.clock.now(),
    }
    found = await repository.page(session, caller.bound, asked, page, by_due=order == "due")
    return ComplaintPage.of(page, [out(runtime, one) for one in found], lambda one: one.complaint_id)


@routes.get("/complaint-figures", scopes=(*_READS, Scope.ROLLOUT_READ))
async def read_figures(caller: Caller, session: Reading, runtime: Running, begins: Day, ends: Day) -> ComplaintFigures:
    """Complaints entered from a day up to another, by category: answered in time or late, reopened, appealed."""
    if not 0 <= (ends - begins).days <= _LONGEST_DAYS:
        raise InvalidRequest("From `begins` up to `ends`, a year at most.", detail_ar="المدة سنة على الأكثر.")
    bounds = day_begins(begins), day_begins(ends + timedelta(days=1))
    found = await repository.figures(session, caller.bound, *bounds, runtime.clock.now())
    return ComplaintFigures(items=[CategoryFigures.of(one) for one in found])


@routes.get("/complaints/{complaint_id}", scopes=_READS, problems=ComplaintUnknown, purpose="complaint")
async def read_complaint(complaint_id: UUID, caller: Caller, session: Reading, runtime: Running) -> ComplaintWithSteps:
    """A complaint with all that was said and done."""
    found = await service.known(session, caller, complaint_id)
    vault = runtime.state.vault
    steps = [
        StepOut(
            step=one.step,
            act=one.act,
            who=one.who,
            at=one.at,
            category=one.category,
            level=one.level,
            text=None if one.sealed is None else vault.open(complaint_id, one.sealed, service.TEXT).decode(),
        )
        for one in await repository.steps(session, complaint_id)
    ]
    return ComplaintWithSteps(**out(runtime, found).model_dump(), steps=steps)


@routes.post(
    "/complaints/{complaint_id}/claim",
    scopes=Scope.COMPLAINTS_ANSWER,
    problems=_TURN,
    rows=_ROWS,
    purpose="complaint",
    despite_restriction=_OWN,
)
async def claim_complaint(complaint_id: UUID, caller: Caller, session: Work, runtime: Running) -> ComplaintOut:
    """Take a complaint on: for some time (`claimed_until`) nobody else answers it."""
    return out(runtime, await service.claim(session, runtime.state, caller, complaint_id, runtime.clock.now()))


@routes.post(
    "/complaints/{complaint_id}/handing-on",
    scopes=Scope.COMPLAINTS_ANSWER,
    problems=(*_TURN, ComplaintCategoryUnknown),
    rows=_ROWS,
    purpose="complaint",
    despite_restriction=_OWN,
)
async def hand_complaint_on(
    complaint_id: UUID, given: HandOnIn, caller: Caller, session: Work, runtime: Running
) -> ComplaintOut:
    """Hand a complaint on to another category's team, or to the nation's. By when an answer is owed stays."""
    handed = await service.hand_on(
        session,
        runtime.state,
        caller,
        complaint_id,
        category=given.category,
        level=given.level,
        reason=given.reason,
        now=runtime.clock.now(),
    )
    return out(runtime, handed)


@routes.post(
    "/complaints/{complaint_id}/answer",
    scopes=Scope.COMPLAINTS_ANSWER,
    problems=(*_TURN, AnsweredBySame, AnswerTellsPersons),
    rows=_ROWS,
    purpose="complaint",
    despite_restriction=_OWN,
)
async def answer_complaint(
    complaint_id: UUID, given: AnswerIn, caller: Caller, session: Work, runtime: Running
) -> ComplaintOut:
    """Answer a complaint; the citizen gets the answer by SMS, and can say that it does not settle it."""
    now = runtime.clock.now()
    return out(runtime, await service.answer(session, runtime.state, caller, complaint_id, given.text, now))


@routes.post(
    "/complaints/{complaint_id}/reopening",
    scopes=Scope.COMPLAINTS_ENTER,
    problems=(ComplaintUnknown, ComplaintNotSo),
    rows=_ROWS,
    purpose="complaint",
    despite_restriction=_OWN,
)
async def reopen_complaint(
    complaint_id: UUID, given: AgainIn, caller: Caller, session: Work, runtime: Running
) -> ComplaintOut:
    """Open an answered complaint again, since the answer does not settle it; a few times."""
    return await _again(complaint_id, given, caller, session, runtime, appeal=False)


@routes.post(
    "/complaints/{complaint_id}/appeal",
    scopes=Scope.COMPLAINTS_ENTER,
    problems=(ComplaintUnknown, ComplaintNotSo),
    rows=_ROWS,
    purpose="complaint",
    despite_restriction=_OWN,
)
async def appeal_complaint(
    complaint_id: UUID, given: AgainIn, caller: Caller, session: Work, runtime: Running
) -> ComplaintOut:
    """Appeal against an answer, once: the nation's team answers, by another person than before."""
    return await _again(complaint_id, given, caller, session, runtime, appeal=True)


async def _again(
    complaint_id: UUID, given: AgainIn, caller: Caller, session: Work, runtime: Runtime, *, appeal: bool
) -> ComplaintOut:
    found = await service.known(session, caller, complaint_id, lock=True)
    now = runtime.clock.now()
    opened = await service.reopen(session, runtime.state, caller.subject, found, given.text, appeal=appeal, now=now)
    return out(runtime, opened)


def out(runtime: Runtime, found: Complaint) -> ComplaintOut:
    """A complaint as it is shown."""
    now, rules = runtime.clock.now(), runtime.state.rules.complaints
    acts = [act for act in lifecycle.acts(found, rules, now) if act not in lifecycle.BY_ITSELF]
    derived = {"late", "acts"}
    fields = {name: getattr(found, name) for name in ComplaintOut.model_fields if name not in derived}
    return ComplaintOut(**fields, late=lifecycle.is_late(found, now), acts=acts)
