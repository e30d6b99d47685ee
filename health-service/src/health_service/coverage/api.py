"""Routes of cover."""

from __future__ import annotations

from uuid import UUID

from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope
from health_service import errors
from health_service.context import Running
from health_service.coverage import service
from health_service.coverage.schemas import ContributionReceipt, ContributionRequest, Coverage, ExemptionRequest
from health_service.rules.refusals import CardUnknown

routes = router(tags=["coverage"])


@routes.post(
    "/v1/contributions",
    scopes=Scope.CONTRIBUTIONS_WRITE,
    status_code=201,
    problems=(
        errors.HouseholdNotEnrolled,
        errors.ContributionDiffers,
        errors.ContributionReferenceUsed,
        errors.MonthAlreadyPaid,
        errors.CategoryUnknown,
        errors.InsuredUnknown,
        errors.SpouseInsured,
        errors.BelowMinimum,
        errors.AboveMaximum,
        errors.MonthNotPayable,
    ),
    rows=Rows("coverage", "household_id"),
    purpose="contribution",
)
async def record_contribution(
    runtime: Running, body: ContributionRequest, caller: Caller, session: Work
) -> ContributionReceipt:
    """Enter what an insured person paid for the family's cover; the policies make the amount of the wage.

    Each insured person of a family has contributions of their own: husband and wife who both work pay both.
    """
    return await service.contribute(session, runtime, caller, body)


@routes.get(
    "/v1/coverage/{card_id}",
    scopes=Scope.COVERAGE_READ,
    problems=(CardUnknown, errors.HouseholdNotEnrolled),
    purpose="cover_check",
)
async def read_coverage(runtime: Running, card_id: UUID, caller: Caller, session: Reading) -> Coverage:
    """The cover of the family behind a card."""
    return await service.coverage_of_card(session, runtime, caller, card_id)


@routes.put(
    "/v1/coverage/{household_id}/exemption",
    scopes=Scope.COVERAGE_WRITE,
    problems=(errors.HouseholdUnknown, errors.HouseholdNotEnrolled, errors.ExemptionOfNoOne, errors.ExemptionTooLong),
    rows=Rows("coverage", "household_id"),
    purpose="exemption",
)
async def put_exemption(
    runtime: Running, household_id: UUID, body: ExemptionRequest, caller: Caller, session: Work
) -> Coverage:
    """Exempt a family unable to pay, or a person for a chronic disease or tumour."""
    return await service.exempt(session, runtime, caller, household_id, body)
