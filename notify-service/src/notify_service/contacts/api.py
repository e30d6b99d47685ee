"""The route by which a desk enters what a citizen chooses; by SMS it is «عربي», ENGLISH, «إلغاء» and «اشتراك»."""

from __future__ import annotations

from uuid import UUID

from chassis.area import Area
from chassis.auth import Caller
from chassis.db import Work
from chassis.problems import NotFound
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope
from notify_service.contacts import repository
from notify_service.contacts.schemas import Choices, ChoicesIn
from notify_service.context import Running

routes = router(prefix="/v1", tags=["messages"])


@routes.put(
    "/citizens/{citizen_id}/message-choices",
    scopes=Scope.COMPLAINTS_ENTER,
    problems=NotFound,
    rows=Rows("contact", "citizen_id", without=("sealed", "number_hash")),
    purpose="inquiry",
    despite_restriction="a choice of the citizen's own",
)
async def choose(citizen_id: UUID, given: ChoicesIn, caller: Caller, session: Work, runtime: Running) -> Choices:
    """Enter in which language a citizen wants messages, and whether only necessary ones."""
    found = await repository.whose(session, citizen_id)
    if found is None or not caller.bound.covers(Area(found.governorate)):
        raise NotFound("No contact of this citizen is known.", detail_ar="لا توجد بيانات اتصال لهذا المواطن.")
    at = runtime.clock.now() if given.only_necessary else None
    await repository.choose(session, citizen_id, given.language, at)
    return Choices(citizen_id=citizen_id, language=given.language, only_necessary=given.only_necessary)
