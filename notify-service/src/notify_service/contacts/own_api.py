"""Routes of what citizens choose about messages, by themselves."""

from __future__ import annotations

from typing import Final

from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import CITIZENS
from chassis.problems import NotFound
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope
from notify_service.contacts import repository
from notify_service.contacts.schemas import Choices, ChoicesIn
from notify_service.context import Running

routes = router(prefix="/v1/self", tags=["messages"])

_OWN: Final = "a choice of the citizen's own"


@routes.get(
    "/message-choices",
    scopes=Scope.SELF_MESSAGES,
    callers=CITIZENS,
    problems=NotFound,
    purpose="own",
    despite_restriction=_OWN,
)
async def read_own_choices(caller: Caller, session: Reading) -> Choices:
    """In which language one gets messages, and whether only necessary ones."""
    found = await repository.choices(session, caller.person_id)
    if found is None:
        raise NotFound("No contact of yours is known.", detail_ar="لا توجد لك بيانات اتصال.")
    return Choices.model_validate(
        {"citizen_id": caller.person_id, "language": found.language, "only_necessary": found.opted_out}
    )


@routes.put(
    "/message-choices",
    scopes=Scope.SELF_MESSAGES,
    callers=CITIZENS,
    problems=NotFound,
    rows=Rows("contact", "citizen_id", without=("sealed", "number_hash")),
    purpose="own",
    despite_restriction=_OWN,
)
async def choose_own(given: ChoicesIn, caller: Caller, session: Work, runtime: Running) -> Choices:
    """Choose in which language one gets messages, and whether only necessary ones."""
    if await repository.whose(session, caller.person_id) is None:
        raise NotFound("No contact of yours is known.", detail_ar="لا توجد لك بيانات اتصال.")
    at = runtime.clock.now() if given.only_necessary else None
    await repository.choose(session, caller.person_id, given.language, at)
    return Choices(citizen_id=caller.person_id, language=given.language, only_necessary=given.only_necessary)
