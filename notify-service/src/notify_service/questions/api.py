"""Routes of questions."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.paging import Paging, by_id
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope
from notify_service.complaints.errors import AnswerTellsPersons, ComplaintCategoryUnknown, ComplaintsOpen
from notify_service.complaints.schemas import Order
from notify_service.context import Running, Runtime
from notify_service.questions import repository, service
from notify_service.questions.errors import QuestionClaimed, QuestionEnded, QuestionUnknown
from notify_service.questions.models import Question, State, is_late
from notify_service.questions.schemas import (
    ClosingIn,
    ComplainIn,
    QuestionAnswerIn,
    QuestionOut,
    QuestionPage,
    QuestionWithTexts,
    TextOut,
)

routes = router(prefix="/v1", tags=["questions"])

_ROWS: Final = Rows("question", "question_id")
_TURN: Final = (QuestionUnknown, QuestionEnded, QuestionClaimed)
_OWN: Final = "a question of the citizen's own"


@routes.get("/questions", scopes=Scope.COMPLAINTS_ANSWER, purpose="inquiry")
async def list_questions(
    caller: Caller,
    session: Reading,
    runtime: Running,
    page: Annotated[Paging[UUID], by_id(100, 500)],
    state: State | None = None,
    citizen_id: UUID | None = None,
    late: bool = False,
    order: Order = "entered",
) -> QuestionPage:
    """Questions of the caller's area that came by SMS and wait for a person: of a state, a citizen, or late ones.

    `order`: as they were opened, or the first to be answered first.
    """
    asked: dict[str, object] = {"state": state, "citizen_id": citizen_id, "late": late, "now": runtime.clock.now()}
    found = await repository.page(session, caller.bound, asked, page, by_due=order == "due")
    return QuestionPage.of(page, [out(runtime, one) for one in found], lambda one: one.question_id)


@routes.get("/questions/{question_id}", scopes=Scope.COMPLAINTS_ANSWER, problems=QuestionUnknown, purpose="inquiry")
async def read_question(question_id: UUID, caller: Caller, session: Reading, runtime: Running) -> QuestionWithTexts:
    """A question with all that was said."""
    found = await service.known(session, caller, question_id)
    texts = [
        TextOut(who=one.who, at=one.at, text=service.opened(runtime.state, question_id, one))
        for one in await repository.texts(session, question_id)
    ]
    return QuestionWithTexts(**out(runtime, found).model_dump(), texts=texts)


@routes.post(
    "/questions/{question_id}/claim",
    scopes=Scope.COMPLAINTS_ANSWER,
    problems=_TURN,
    rows=_ROWS,
    purpose="inquiry",
    despite_restriction=_OWN,
)
async def claim_question(question_id: UUID, caller: Caller, session: Work, runtime: Running) -> QuestionOut:
    """Take a question on: for some time (`claimed_until`) nobody else deals with it."""
    return out(runtime, await service.claim(session, runtime.state, caller, question_id, runtime.clock.now()))


@routes.post(
    "/questions/{question_id}/answer",
    scopes=Scope.COMPLAINTS_ANSWER,
    problems=(*_TURN, AnswerTellsPersons),
    rows=_ROWS,
    purpose="inquiry",
    despite_restriction=_OWN,
)
async def answer_question(
    question_id: UUID, given: QuestionAnswerIn, caller: Caller, session: Work, runtime: Running
) -> QuestionOut:
    """Answer a question; the answer goes by SMS to the number it came from."""
    now = runtime.clock.now()
    return out(runtime, await service.answer(session, runtime.state, caller, question_id, given.text, now))


@routes.post(
    "/questions/{question_id}/complaint",
    scopes=Scope.COMPLAINTS_ANSWER,
    problems=(*_TURN, ComplaintCategoryUnknown, ComplaintsOpen),
    rows=_ROWS,
    purpose="inquiry",
    despite_restriction=_OWN,
)
async def complain_of_question(
    question_id: UUID, given: ComplainIn, caller: Caller, session: Work, runtime: Running
) -> QuestionOut:
    """Make a complaint of a question, in the citizen's words; the citizen is told its number."""
    now = runtime.clock.now()
    return out(runtime, await service.complain(session, runtime.state, caller, question_id, given.category, now))


@routes.post(
    "/questions/{question_id}/closing",
    scopes=Scope.COMPLAINTS_ANSWER,
    problems=_TURN,
    rows=_ROWS,
    purpose="inquiry",
    despite_restriction=_OWN,
)
async def close_question(
    question_id: UUID, given: ClosingIn, caller: Caller, session: Work, runtime: Running
) -> QuestionOut:
    """Close a question that asks nothing; its sender is told whom to call."""
    now = runtime.clock.now()
    return out(runtime, await service.close(session, runtime.state, caller, question_id, given.reason, now))


def out(runtime: Runtime, found: Question) -> QuestionOut:
    """A question as it is shown."""
    fields = {name: getattr(found, name) for name in QuestionOut.model_fields if name != "late"}
    return QuestionOut(**fields, late=is_late(found, runtime.clock.now()))
