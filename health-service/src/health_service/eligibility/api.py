"""Route of eligibility."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request

from chassis.app import router
from chassis.auth import Principal, requires
from chassis.problems import responses
from chassis.runtime import get_runtime
from health_service.eligibility import service
from health_service.eligibility.schemas import Eligibility, EligibilityRequest
from health_service.rules.refusals import CardUnknown, PatientUnknown, ServiceUnknown

routes = router(tags=["eligibility"])


@routes.post("/v1/eligibility", responses=responses(CardUnknown, PatientUnknown, ServiceUnknown))
async def check_eligibility(
    request: Request,
    body: EligibilityRequest,
    caller: Annotated[Principal, requires("eligibility:check")],
) -> Eligibility:
    """Whether the holder of a card is covered today, and what services cost. Nothing changes, no key is needed."""
    return await service.check(get_runtime(request), caller, body)
