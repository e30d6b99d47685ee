"""Routes of funds and programmes of payouts."""

from __future__ import annotations

from typing import Annotated

from approvals.errors import ProposalOpen
from approvals.schemas import ProposalReply
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.paging import Paging, by_text
from chassis.routing import router
from contracts.scopes import Scope
from payment_service.context import Running
from payment_service.errors import FundingReferenceUsed, FundOverdrawn, FundUnknown, ProgrammeUnknown
from payment_service.funds import service
from payment_service.funds.schemas import (
    WORD,
    Fund,
    FundIn,
    FundingIn,
    FundInPath,
    Funds,
    Programme,
    ProgrammeIn,
    ProgrammeInPath,
    Programmes,
)

routes = router(tags=["payouts"])

READERS = (Scope.PAYOUTS_SUBMIT, Scope.PAYOUTS_APPROVE, Scope.PAYOUTS_READ, Scope.FUNDS_WRITE, Scope.FUNDS_APPROVE)
AFTER = rf"^$|{WORD}"


@routes.get("/v1/payout-funds", scopes=READERS)
async def list_funds(caller: Caller, session: Reading, page: Annotated[Paging[str], by_text(50, 200, AFTER)]) -> Funds:
    """The funds of the caller's authority, with what is in them."""
    return await service.funds_of(session, caller, page)


@routes.get("/v1/payout-funds/{fund}", scopes=READERS, problems=FundUnknown)
async def read_fund(fund: FundInPath, caller: Caller, session: Reading) -> Fund:
    """A fund, with what is in it."""
    return await service.fund_of(session, caller, fund)


@routes.put("/v1/payout-funds/{fund}", scopes=Scope.FUNDS_WRITE, problems=(FundOverdrawn, ProposalOpen))
async def put_fund(fund: FundInPath, body: FundIn, runtime: Running, caller: Caller, session: Work) -> Fund:
    """Enter a fund and say whose it is. From then on its account cannot be overdrawn.

    That a fund becomes another authority's is proposed: it does when another person of the treasury has approved.
    """
    return await service.put_fund(runtime, session, caller, fund, body)


@routes.post(
    "/v1/payout-funds/{fund}/fundings",
    scopes=Scope.FUNDS_WRITE,
    status_code=202,
    problems=(FundUnknown, FundingReferenceUsed, ProposalOpen),
)
async def pay_in(fund: FundInPath, body: FundingIn, runtime: Running, caller: Caller, session: Work) -> ProposalReply:
    """Propose to pay money of the treasury into a fund; it is when another person of the treasury has approved."""
    made = await service.pay_in(runtime, session, caller, fund, body)
    return ProposalReply.of(made, runtime.clock.now())


@routes.get("/v1/payout-programmes", scopes=READERS)
async def list_programmes(
    caller: Caller, session: Reading, page: Annotated[Paging[str], by_text(50, 200, AFTER)]
) -> Programmes:
    """The programmes of the caller's authority."""
    return await service.programmes_of(session, caller, page)


@routes.get("/v1/payout-programmes/{programme}", scopes=READERS, problems=ProgrammeUnknown)
async def read_programme(programme: ProgrammeInPath, caller: Caller, session: Reading) -> Programme:
    """A programme, with the fund it is paid from."""
    return await service.programme_of(session, caller, programme)


@routes.put("/v1/payout-programmes/{programme}", scopes=Scope.FUNDS_WRITE, problems=(FundUnknown, ProgrammeUnknown))
async def put_programme(
    programme: ProgrammeInPath, body: ProgrammeIn, runtime: Running, caller: Caller, session: Work
) -> Programme:
    """Enter a programme: what it is, and from which fund it is paid."""
    return await service.put_programme(runtime, session, caller, programme, body)
