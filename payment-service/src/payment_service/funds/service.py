"""Funds and programmes: entered and given to an authority by the treasury, which pays into funds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.model import Proposal
from chassis.area import OF_THE_NATION
from chassis.paging import Paging
from chassis.principal import Principal
from contracts.scopes import Scope
from payment_service.context import Runtime
from payment_service.errors import FundOverdrawn, FundUnknown, ProgrammeClosed, ProgrammeUnknown
from payment_service.funds import proposals, repository
from payment_service.funds.schemas import Fund, FundIn, FundingIn, Funds, Programme, ProgrammeIn, Programmes
from payment_service.ledger import repository as ledger
from payment_service.ledger.accounts import account_id
from payment_service.ownership import belongs_to, reads_all


async def put_fund(runtime: Runtime, session: AsyncSession, caller: Principal, fund: str, body: FundIn) -> Fund:
    """Enter a fund, or propose that one that is there, with what is in it, be another authority's.

    Raises OutsideBound, ProposalOpen, or FundOverdrawn where an account of the name has drawn more than it had.
    """
    caller.bound.ensure_covers(OF_THE_NATION)
    known = await repository.lock_fund(session, fund)
    await ledger.open_accounts(session, "fund", [fund])
    account = account_id("fund", fund)
    if not await ledger.forbid_overdrawing(session, account):
        raise FundOverdrawn(detail_ar="يجب تغطية رصيد الصندوق أولاً.")
    said = body.model_dump()
    await repository.put_fund(session, fund, account, caller.subject, runtime.clock.now(), **said)
    entered = await fund_of(session, caller, fund)
    if known is None or known.authority == body.authority:
        return entered
    proposal = await proposals.propose_owner(session, runtime, caller, known, body.authority)
    return entered.model_copy(update={"proposal_id": proposal.proposal_id})


async def pay_in(runtime: Runtime, session: AsyncSession, caller: Principal, fund: str, body: FundingIn) -> Proposal:
    """Propose to pay money of the treasury into a fund.

    Raises OutsideBound, FundUnknown, FundingReferenceUsed or ProposalOpen.
    """
    caller.bound.ensure_covers(OF_THE_NATION)
    known = await repository.lock_fund(session, fund)
    if known is None:
        raise FundUnknown
    return await proposals.propose_payment(session, runtime, caller, known, body)


async def fund_of(session: AsyncSession, caller: Principal, fund: str) -> Fund:
    """A fund with what is in it. Raises FundUnknown, also for another authority's."""
    found = await repository.find_fund(session, fund)
    if found is None or not (_sees_all(caller) or belongs_to(caller, found.authority)):
        raise FundUnknown
    return Fund(**found._mapping)


async def funds_of(session: AsyncSession, caller: Principal, page: Paging[str]) -> Funds:
    """The funds of the caller's authority."""
    if caller.bound.authority is None and not _sees_all(caller):
        return Funds(items=[], next=None)
    found = await repository.funds(session, None if _sees_all(caller) else caller.bound.authority, page)
    return Funds.of(page, [Fund(**row._mapping) for row in found], lambda fund: fund.fund)


async def put_programme(
    runtime: Runtime, session: AsyncSession, caller: Principal, programme: str, body: ProgrammeIn
) -> Programme:
    """Enter a programme, or change what is said of it. Raises OutsideBound or FundUnknown."""
    caller.bound.ensure_covers(OF_THE_NATION)
    if await repository.lock_fund(session, body.fund) is None:
        raise FundUnknown
    said = body.model_dump()
    await repository.put_programme(session, programme, caller.subject, runtime.clock.now(), **said)
    return await programme_of(session, caller, programme)


async def programme_of(session: AsyncSession, caller: Principal, programme: str) -> Programme:
    """A programme. Raises ProgrammeUnknown, also for another authority's."""
    found = await repository.find_programme(session, programme)
    if found is None or not (_sees_all(caller) or belongs_to(caller, found.authority)):
        raise ProgrammeUnknown
    return _programme(found)


async def programmes_of(session: AsyncSession, caller: Principal, page: Paging[str]) -> Programmes:
    """The programmes of the caller's authority."""
    if caller.bound.authority is None and not _sees_all(caller):
        return Programmes(items=[], next=None)
    found = await repository.programmes(session, None if _sees_all(caller) else caller.bound.authority, page)
    return Programmes.of(page, [_programme(row) for row in found], lambda one: one.programme)


async def usable(session: AsyncSession, caller: Principal, programme: str) -> Row[Any]:
    """An open programme of the caller's authority, with its fund and account.

    Raises ProgrammeUnknown or ProgrammeClosed.
    """
    found = await repository.find_programme(session, programme)
    if found is None or not belongs_to(caller, found.authority):
        raise ProgrammeUnknown
    if not found.open:
        raise ProgrammeClosed
    return found


def _programme(row: Row[Any]) -> Programme:
    return Programme(**{name: row._mapping[name] for name in Programme.model_fields})


def _sees_all(caller: Principal) -> bool:
    return reads_all(caller, Scope.FUNDS_WRITE, Scope.FUNDS_APPROVE, Scope.PAYOUTS_READ)
