"""Routes of missing sales."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.paging import Paging, by_id
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.scopes import Scope
from supply_service.context import Running
from supply_service.gaps import service
from supply_service.gaps.schemas import Following, GapFollowed, GapPage
from supply_service.gaps.service import GapUnknown

routes = router(tags=["offline sales"])


@routes.get("/v1/offline-gaps", scopes=(Scope.DISPUTES_WRITE, Scope.DISPUTES_APPROVE, Scope.DAYS_CLOSE))
async def list_gaps(
    caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(100, 500)], outlet_id: UUID | None = None
) -> GapPage:
    """Sales that terminals have signed and never uploaded, and who follows them. A terminal sees its outlet's."""
    return GapPage.of(page, await service.page(session, caller.bound, outlet_id, page), lambda gap: gap.gap_id)


@routes.put(
    "/v1/offline-gaps/{gap_id}/following",
    scopes=Scope.DISPUTES_WRITE,
    problems=GapUnknown,
    rows=Rows("offline_gap", "gap_id"),
)
async def follow_gap(runtime: Running, gap_id: UUID, body: Following, caller: Caller, session: Work) -> GapFollowed:
    """Go after missing sales, and say how. The gap is gone as soon as they are uploaded."""
    return await service.follow(session, runtime, caller, gap_id, body.note)
