"""Routes of a citizen's own complaints."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from chassis.area import NATION, Bound
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import CITIZENS
from chassis.paging import Page, Paging, by_id
from chassis.personal import Personal, Whose
from chassis.routing import router
from contracts.scopes import Scope
from notify_service.complaints import repository, service
from notify_service.complaints.errors import ComplainantUnknown, ComplaintCategoryUnknown, ComplaintsOpen
from notify_service.complaints.models import Complaint, State
from notify_service.complaints.schemas import Category, CategoryList, CategoryOut, Said
from notify_service.contacts import repository as contacts
from notify_service.context import Running

routes = router(prefix="/v1/self", tags=["complaints"])

_OWN: Final = "a complaint of the citizen's own"
EXAMPLE: JsonDict = {"category": "outlet", "text": "الميزان ناقص"}


class OwnComplaintIn(BaseModel):
    """What one complains of."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    category: Category
    text: Said


class OwnComplaint(BaseModel):
    """One's own complaint as it stands; the answer comes by SMS, by `due_at`."""

    complaint_id: UUID
    number: int
    citizen_id: Annotated[UUID | None, Whose.CITIZEN]
    category: Annotated[str, Personal.MESSAGES]
    state: Annotated[State, Personal.MESSAGES]
    entered_at: datetime
    due_at: datetime
    answered_at: datetime | None

    @classmethod
    def of(cls, one: Complaint) -> OwnComplaint:
        """A complaint as whoever entered it sees it."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class OwnComplaints(Page[OwnComplaint, UUID]):
    """One's own complaints in the order in which they were entered."""


@routes.get("/complaint-categories", scopes=Scope.SELF_COMPLAINTS, callers=CITIZENS)
async def list_own_categories(runtime: Running) -> CategoryList:
    """What one may complain of, and within how many hours an answer is owed."""
    found = service.categories(runtime.state)
    return CategoryList(
        items=[
            CategoryOut(category=name, name_en=one.en, name_ar=one.ar, answer_hours=one.answer_hours)
            for name, one in sorted(found.items())
        ]
    )


@routes.get("/complaints", scopes=Scope.SELF_COMPLAINTS, callers=CITIZENS, purpose="own", despite_restriction=_OWN)
async def list_own_complaints(
    caller: Caller, session: Reading, runtime: Running, page: Annotated[Paging[UUID], by_id(50, 200)]
) -> OwnComplaints:
    """One's own complaints and how they stand."""
    asked: dict[str, object] = {
        "state": None,
        "level": None,
        "category": None,
        "citizen_id": caller.person_id,
        "number": None,
        "late": False,
        "claimed": None,
        "who": caller.subject,
        "now": runtime.clock.now(),
    }
    found = await repository.page(session, Bound(NATION), asked, page)
    return OwnComplaints.of(page, [OwnComplaint.of(one) for one in found], lambda one: one.complaint_id)


@routes.post(
    "/complaints",
    scopes=Scope.SELF_COMPLAINTS,
    callers=CITIZENS,
    status_code=201,
    problems=(ComplainantUnknown, ComplaintCategoryUnknown, ComplaintsOpen),
    purpose="own",
    despite_restriction=_OWN,
)
async def enter_own_complaint(given: OwnComplaintIn, caller: Caller, session: Work, runtime: Running) -> OwnComplaint:
    """Enter one's own complaint; an SMS tells its number, and by when an answer is owed."""
    complainant = await contacts.whose(session, caller.person_id)
    if complainant is None:
        raise ComplainantUnknown
    entered = await service.enter(
        session,
        runtime.state,
        caller.subject,
        complainant,
        category=given.category,
        text=given.text,
        channel="page",
        about=None,
        now=runtime.clock.now(),
    )
    return OwnComplaint.of(entered)
