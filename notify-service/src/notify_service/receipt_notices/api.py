"""Routes of notices on receipts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from approvals.errors import ProposalOpen
from approvals.schemas import ProposalReply
from chassis.area import OutsideBound
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.districts import DistrictUnknown, GovernorateUnknown
from chassis.paging import Paging, by_id
from chassis.routing import router
from contracts.scopes import Scope
from notify_service.context import Running
from notify_service.receipt_notices import repository, service
from notify_service.receipt_notices.errors import NoticeOver, NoticeRefused, NoticesTooMany, NoticeTimes, NoticeUnknown
from notify_service.receipt_notices.schemas import Notice, NoticeIn, NoticePage

routes = router(tags=["notices on receipts"])

_SEEN_BY = (Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_APPROVE)


@routes.post(
    "/v1/receipt-notices",
    scopes=Scope.CAMPAIGNS_WRITE,
    status_code=202,
    problems=(
        NoticeRefused,
        NoticeTimes,
        NoticesTooMany,
        GovernorateUnknown,
        DistrictUnknown,
        OutsideBound,
        ProposalOpen,
    ),
)
async def propose_notice(given: NoticeIn, runtime: Running, caller: Caller, session: Work) -> ProposalReply:
    """Propose a notice on receipts; terminals have it when another person has approved it and they ask next.

    Refused are texts with national ids, PINs, numbers of cards or illnesses, and what a receipt has no room for. The
    proposal shows it line by line.
    """
    made = await service.propose(session, runtime, caller, given)
    return ProposalReply.of(made, runtime.clock.now())


@routes.get("/v1/receipt-notices", scopes=_SEEN_BY)
async def list_notices(caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(100, 500)]) -> NoticePage:
    """Notices of the caller's governorate and of the nation, what was withdrawn and what is over included."""
    found = [Notice.of(one) for one in await repository.page(session, caller.bound, page)]
    return NoticePage.of(page, found, lambda notice: notice.notice_id)


@routes.post("/v1/receipt-notices/{notice_id}/withdrawal", scopes=_SEEN_BY, problems=(NoticeUnknown, NoticeOver))
async def withdraw_notice(notice_id: UUID, runtime: Running, caller: Caller, session: Work) -> Notice:
    """Have a notice printed no more: by terminals that ask next, at the latest on the next day."""
    return Notice.of(await service.withdraw(session, runtime, caller, notice_id))
