"""Routes of the review of a phase."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response

from card_service.context import WithDependencies
from card_service.review import rendering
from card_service.review.models import Part, Step
from card_service.review.schemas import ReachedOut, ReachedPage, ReviewOut
from card_service.review.service import households, review
from card_service.rollout.errors import PhaseNotFound
from card_service.rollout.service import phase_of
from chassis.auth import Caller
from chassis.db import Reading
from chassis.endpoints import Rate
from chassis.media import reads
from chassis.months import Day
from chassis.paging import Paging, by_id
from chassis.places import DistrictCode
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["rollout"])

_SCOPES: Final = (Scope.ROLLOUT_READ, Scope.ROLLOUT_WRITE)
_TEXT: Final = {"schema": {"type": "string"}}


@routes.get("/v1/rollout-phases/{phase_id}/review", scopes=_SCOPES, problems=PhaseNotFound, rate=Rate.BULK, deadline=60)
async def read_review(phase_id: UUID, caller: Caller, session: Reading, deps: WithDependencies) -> ReviewOut:
    """How a phase goes: its funnel and times by site, district, cohort and week, refusals, and what stands out.

    Counted now, in households, beside the phase of the governorate before it.
    """
    return ReviewOut.of(await review(session, deps, await phase_of(session, caller, phase_id)))


@routes.get(
    "/v1/rollout-phases/{phase_id}/households",
    scopes=_SCOPES,
    problems=PhaseNotFound,
    purpose="rollout",
    rate=Rate.BULK,
    deadline=60,
)
async def list_households(
    phase_id: UUID,
    caller: Caller,
    session: Reading,
    deps: WithDependencies,
    page: Annotated[Paging[UUID], by_id(100, 1000)],
    step: Annotated[Step, Query()] = "registered",
    site_id: Annotated[UUID | None, Query()] = None,
    district: Annotated[DistrictCode | None, Query()] = None,
    cohort: Annotated[Day | None, Query(description="the Saturday of the week of the first appointment")] = None,
    made_in: Annotated[Day | None, Query(description="the Saturday of the week in which the step was made")] = None,
) -> ReachedPage:
    """The households that a number of a phase's review counts; `made_in` holds for invited, collected, activated and
    ever_used."""
    phase, part = await phase_of(session, caller, phase_id), Part(site_id, district, cohort, made_in)
    found = await households(session, deps, phase, step, part, page)
    return ReachedPage.of(page, [ReachedOut.model_validate(one) for one in found], lambda one: one.household_id)


@routes.get(
    "/v1/rollout-phases/{phase_id}/review/report",
    scopes=_SCOPES,
    problems=PhaseNotFound,
    rate=Rate.BULK,
    deadline=60,
    response_class=Response,
    responses={200: {"content": {"text/html": _TEXT, "text/csv": _TEXT}, "description": "UTF-8"}},
)
async def read_report(
    phase_id: UUID, request: Request, caller: Caller, session: Reading, deps: WithDependencies
) -> Response:
    """The review as a page to read and print, in Arabic first; as CSV where Accept asks for it and not for HTML."""
    found = await review(session, deps, await phase_of(session, caller, phase_id))
    headers = {"Cache-Control": "no-store"}
    if reads(request, "text/html") or not reads(request, "text/csv"):
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
        return Response(rendering.as_page(found), headers=headers, media_type="text/html; charset=utf-8")
    headers["Content-Disposition"] = f'attachment; filename="review-{phase_id}.csv"'
    return Response(rendering.as_csv(found), headers=headers, media_type="text/csv; charset=utf-8")
