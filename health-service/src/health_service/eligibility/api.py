"""Route of eligibility."""

from __future__ import annotations

from chassis.auth import Caller
from chassis.endpoints import Rate
from chassis.routing import router
from contracts.scopes import Scope
from health_service.context import Running
from health_service.eligibility import service
from health_service.eligibility.schemas import Eligibility, EligibilityRequest
from health_service.rules.refusals import CardUnknown, PatientUnknown, ServiceUnknown

routes = router(tags=["eligibility"])


@routes.post(
    "/v1/eligibility",
    scopes=Scope.ELIGIBILITY_CHECK,
    problems=(CardUnknown, PatientUnknown, ServiceUnknown),
    rate=Rate.SALE,
    purpose="cover_check",
)
async def check_eligibility(runtime: Running, body: EligibilityRequest, caller: Caller) -> Eligibility:
    """Whether the holder of a card is covered today, and what services cost. Nothing changes, no key is needed."""
    return await service.check(runtime, caller, body)
