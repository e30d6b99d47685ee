"""Routes of wallets."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from approvals.errors import ProposalOpen
from approvals.schemas import ProposalReply
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import CITIZENS, OFFICES, Rate
from chassis.paging import Paging, by_id
from chassis.principal import Principal
from chassis.routing import router
from contracts.scopes import Scope
from payment_service.context import Running
from payment_service.errors import (
    CorrectionTooLarge,
    CreditUnknown,
    CreditWasCorrected,
    HeirInvalid,
    NotDeceased,
    WalletUnknown,
)
from payment_service.ledger.accounts import CURRENCY
from payment_service.wallets import corrections, releases, repository
from payment_service.wallets.corrections import CorrectionIn
from payment_service.wallets.releases import ReleaseIn
from payment_service.wallets.schemas import Movement, OwnWallet, Statement, Wallet

routes = router(tags=["wallets"])


@routes.get(
    "/v1/wallets/{card_id}",
    scopes=Scope.WALLETS_READ,
    callers=OFFICES,
    problems=WalletUnknown,
    rate=Rate.SALE,
    purpose="wallet_lookup",
)
async def get_wallet(card_id: UUID, caller: Caller, session: Reading) -> Wallet:
    """What the holder of a card has."""
    found = await _wallet(session, caller, card_id)
    return Wallet(
        wallet_id=found.wallet_id,
        card_id=card_id,
        balance=found.balance,
        held=found.held,
        available=found.balance - found.held,
        owed=await repository.owed(session, found.citizen_id),
        currency=CURRENCY,
        frozen=found.frozen,
    )


@routes.get(
    "/v1/self/wallet",
    scopes=Scope.SELF_BALANCES,
    callers=CITIZENS,
    problems=WalletUnknown,
    purpose="own",
    despite_restriction="citizens see it for themselves",
)
async def get_own_wallet(caller: Caller, session: Reading) -> OwnWallet:
    """What oneself has."""
    found = await repository.of_citizen(session, caller.person_id)
    if found is None:
        raise WalletUnknown
    balance, held = found
    return OwnWallet(
        citizen_id=caller.person_id, balance=balance, held=held, available=balance - held, currency=CURRENCY
    )


@routes.get(
    "/v1/wallets/{card_id}/statement",
    purpose="wallet_lookup",
    scopes=Scope.WALLETS_READ,
    callers=OFFICES,
    problems=WalletUnknown,
    ask_purpose=True,
)
async def get_statement(
    card_id: UUID, caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(100, 500)]
) -> Statement:
    """The movements of a wallet, oldest first."""
    found = await _wallet(session, caller, card_id)
    rows = await repository.statement(session, found.wallet_id, page)
    items = [Movement(transfer_id=i, kind=k, reference=r, amount=a, at=t) for i, k, r, a, t in rows]
    return Statement.of(page, items, lambda movement: movement.transfer_id)


@routes.post(
    "/v1/wallets/{card_id}/release",
    scopes=Scope.FUNDS_WRITE,
    status_code=202,
    problems=(WalletUnknown, NotDeceased, HeirInvalid, ProposalOpen),
    purpose="wallet_lookup",
)
async def propose_release(
    card_id: UUID, body: ReleaseIn, runtime: Running, caller: Caller, session: Work
) -> ProposalReply:
    """Propose what becomes of a dead holder's wallet; another person of the treasury decides."""
    made = await releases.propose(session, runtime, caller, card_id, body)
    return ProposalReply.of(made, runtime.clock.now())


@routes.post(
    "/v1/wallets/{card_id}/corrections",
    scopes=Scope.FUNDS_WRITE,
    status_code=202,
    problems=(WalletUnknown, CreditUnknown, CorrectionTooLarge, CreditWasCorrected, ProposalOpen),
    purpose="wallet_lookup",
)
async def propose_correction(
    card_id: UUID, body: CorrectionIn, runtime: Running, caller: Caller, session: Work
) -> ProposalReply:
    """Propose to take a wrong credit back; another person of the treasury decides.

    No more than is in the wallet is taken then: the rest is `owed`, and taken by another decision on the same credit.
    """
    made = await corrections.propose(session, runtime, caller, card_id, body)
    return ProposalReply.of(made, runtime.clock.now())


async def _wallet(session: AsyncSession, caller: Principal, card_id: UUID) -> repository.CardWallet:
    return caller.bound.own(await repository.of_card(session, card_id), WalletUnknown)
