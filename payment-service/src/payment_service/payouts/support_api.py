"""Routes of support given as cash: how much of it is due, and gathering it into a batch."""

from __future__ import annotations

from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.months import Month, first_day
from chassis.routing import router
from contracts.scopes import Scope
from payment_service.context import Running
from payment_service.errors import (
    AboveCeiling,
    AuthorityNeeded,
    BatchReferenceUsed,
    NothingDue,
    ProgrammeClosed,
    ProgrammeUnknown,
)
from payment_service.funds.schemas import ProgrammeInPath
from payment_service.payouts import support
from payment_service.payouts.reading import READERS
from payment_service.payouts.schemas import PayoutBatch, SupportBatchRequest, SupportDue

routes = router(tags=["payouts"])


@routes.get("/v1/support-dues/{programme}", scopes=READERS, problems=ProgrammeUnknown)
async def read_due(programme: ProgrammeInPath, month: Month, caller: Caller, session: Reading) -> SupportDue:
    """What is due as cash in place of goods (`cash_goods`) or bread (`cash_bread`) of a month, and what of it waits."""
    return await support.due(session, caller, programme, first_day(month))


@routes.post(
    "/v1/support-batches",
    scopes=Scope.PAYOUTS_SUBMIT,
    status_code=201,
    problems=(AuthorityNeeded, ProgrammeUnknown, ProgrammeClosed, AboveCeiling, BatchReferenceUsed, NothingDue),
    deadline=30,
)
async def gather(runtime: Running, body: SupportBatchRequest, caller: Caller, session: Work) -> PayoutBatch:
    """Make an open batch of what is due for a month and in no batch yet; it is submitted and approved as any other.

    At most 500,000 payouts: gather again for the rest, and for what was told since.
    """
    return await support.gather(runtime, session, caller, body)
