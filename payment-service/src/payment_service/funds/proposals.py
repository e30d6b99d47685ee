"""What the treasury decides by two persons (four eyes): money for a fund, and whose a fund is from now on."""

from __future__ import annotations

from typing import Any

from pydantic import JsonValue
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from approvals import repository as acts
from approvals.kinds import Kind
from approvals.model import Proposal, State
from chassis.area import Area
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.scopes import Scope
from payment_service.context import Runtime
from payment_service.errors import FundingReferenceUsed, FundInUse, FundUnknown
from payment_service.funds import repository
from payment_service.funds.schemas import FundingIn
from payment_service.ledger import repository as ledger
from payment_service.ledger.accounts import account_id
from payment_service.proposals import PROPOSALS

TREASURY = ("clearing", "treasury")
FUNDING = "funding"


async def propose_payment(
    session: AsyncSession, runtime: Runtime, caller: Principal, fund: Row[Any], body: FundingIn
) -> Proposal:
    """Propose to pay money of the treasury into a fund. Raises ProposalOpen or FundingReferenceUsed."""
    subject = f"{fund.fund} {body.reference}"
    before = await acts.last(session, PAYMENT.name, subject)
    if before is not None and before.state is State.APPROVED:
        raise FundingReferenceUsed(
            f"{body.reference} was paid into {fund.fund}; take another reference.", detail_ar="استخدم مرجعاً آخر."
        )
    content = {"fund": fund.fund, "authority": fund.authority, "amount": body.amount, "reference": body.reference}
    return await PROPOSALS.enter(
        session, runtime, caller, PAYMENT, subject, content, area=_area(caller), amount=body.amount
    )


async def propose_owner(
    session: AsyncSession, runtime: Runtime, caller: Principal, fund: Row[Any], authority: str
) -> Proposal:
    """Propose that a fund, with what is in it, be another authority's. Raises ProposalOpen."""
    content = {"fund": fund.fund, "authority": authority, "before": fund.authority}
    return await PROPOSALS.enter(session, runtime, caller, OWNER, fund.fund, content, area=_area(caller))


async def _pay(session: AsyncSession, runtime: Runtime, proposal: Proposal, _: Principal) -> None:
    said = _content(proposal)
    fund = await _locked(session, proposal)
    await ledger.open_accounts(session, TREASURY[0], [TREASURY[1]], may_overdraw=True)
    now = runtime.clock.now()
    payment = ledger.Move(
        new_id(), account_id(*TREASURY), fund.account_id, proposal.amount or 0, FUNDING, str(said["reference"])
    )
    await ledger.move(session, payment, business_day(now), now)


async def _give(session: AsyncSession, runtime: Runtime, proposal: Proposal, decider: Principal) -> None:
    fund = await _locked(session, proposal)
    if await repository.in_use(session, fund.fund):
        raise FundInUse("Wait until they are booked.", detail_ar="انتظر حتى ينتهي صرفها.")
    authority = str(_content(proposal)["authority"])
    await repository.set_owner(session, fund.fund, authority, decider.subject, runtime.clock.now())


async def _payment_now(session: AsyncSession, _: Runtime, proposal: Proposal) -> JsonValue:
    """Money is for whom it was proposed for: a fund that is another's by now is paid nothing."""
    return {**_content(proposal), "authority": (await _locked(session, proposal)).authority}


async def _owner_now(session: AsyncSession, _: Runtime, proposal: Proposal) -> JsonValue:
    return {**_content(proposal), "before": (await _locked(session, proposal)).authority}


async def _locked(session: AsyncSession, proposal: Proposal) -> Row[Any]:
    fund = await repository.lock_fund(session, str(_content(proposal)["fund"]))
    if fund is None:
        raise FundUnknown
    return fund


def _content(proposal: Proposal) -> dict[str, JsonValue]:
    if not isinstance(proposal.content, dict):
        raise TypeError(f"the proposal {proposal.proposal_id} is not about a fund")
    return proposal.content


def _area(caller: Principal) -> Area:
    """It is the business of the office that proposes it."""
    return Area(None, authority=caller.bound.authority)


PAYMENT: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(
        name="fund-payment",
        enters=Scope.FUNDS_WRITE,
        decides=Scope.FUNDS_APPROVE,
        execute=_pay,
        content_now=_payment_now,
    )
)
OWNER: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(
        name="fund-owner",
        enters=Scope.FUNDS_WRITE,
        decides=Scope.FUNDS_APPROVE,
        execute=_give,
        content_now=_owner_now,
    )
)
