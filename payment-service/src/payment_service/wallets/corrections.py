"""Taking a wrong credit back out of a wallet: proposed with its reason, decided by another person of the treasury.

Never more than was credited, never more than is there: what is not there is owed, and is taken by another decision on
the same credit when there is something to take.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from chassis import outbox
from chassis.area import Area
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.payment import WalletCorrected
from contracts.scopes import Scope
from payment_service.context import Runtime
from payment_service.errors import CorrectionTooLarge, CreditUnknown, CreditWasCorrected, WalletUnknown
from payment_service.ledger import repository as ledger
from payment_service.ledger.rules import Transfer
from payment_service.proposals import PROPOSALS
from payment_service.wallets import repository
from payment_service.wallets.repository import CardWallet

KIND = "correction"  # of the transfer that takes it back


class CorrectionIn(BaseModel):
    """Which credit of the wallet was wrong, and how much of it is to be taken back in all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    transfer_id: UUID = Field(description="the credit, as the wallet's statement names it")
    amount: Annotated[int, Field(strict=True, gt=0, description="piastres to be taken back of it in all")]
    reason: Annotated[str, Field(min_length=3, max_length=300, pattern=r"^[^\x00-\x1f]+$")]


async def propose(
    session: AsyncSession, runtime: Runtime, caller: Principal, card_id: UUID, given: CorrectionIn
) -> Proposal:
    """Propose to take a wrong credit back.

    Raises WalletUnknown, CreditUnknown, CorrectionTooLarge, CreditWasCorrected or ProposalOpen.
    """
    wallet = caller.bound.own(await repository.of_card(session, card_id), WalletUnknown)
    credit = await _credit(session, wallet, given)
    await _taken_before(session, credit, given)
    content = {"card_id": str(card_id), **given.model_dump(mode="json")}
    return await PROPOSALS.enter(
        session,
        runtime,
        caller,
        CORRECTION,
        str(credit.transfer_id),
        content,
        area=Area(wallet.governorate),
        amount=given.amount,
    )


async def _credit(session: AsyncSession, wallet: CardWallet, given: CorrectionIn) -> Transfer:
    credit = await ledger.find(session, given.transfer_id)
    if credit is None or credit.credit_account_id != wallet.wallet_id or credit.state != "posted":
        raise CreditUnknown()
    if given.amount > credit.posted:
        raise CorrectionTooLarge(
            f"{credit.posted} piastres were credited.",
            detail_ar="لا يسترد أكثر مما تم إيداعه",
            credited=credit.posted,
        )
    return credit


async def _taken_before(session: AsyncSession, credit: Transfer, given: CorrectionIn) -> int:
    """Piastres of a credit that were taken back before; its row is locked. Raises CreditWasCorrected."""
    before = await repository.lock_correction(session, credit.transfer_id)
    if before >= given.amount:
        raise CreditWasCorrected(
            f"{before} piastres of it were taken back.", detail_ar=f"تم استرداد {before} قرشاً منها.", taken=before
        )
    return before


async def _execute(session: AsyncSession, runtime: Runtime, proposal: Proposal, _: Principal) -> None:
    if not isinstance(proposal.content, dict):
        raise TypeError(f"the proposal {proposal.proposal_id} is not about a wallet")
    said = dict(proposal.content)
    wallet = await repository.of_card(session, UUID(str(said.pop("card_id"))))
    if wallet is None:
        raise WalletUnknown()
    given = CorrectionIn.model_validate(said)
    credit = await _credit(session, wallet, given)
    before = await _taken_before(session, credit, given)
    now = runtime.clock.now()
    take = min(given.amount - before, await ledger.lock_available(session, wallet.wallet_id))
    if take:
        back_to = await repository.fund_of_batch(session, credit.debit_account_id) or credit.debit_account_id
        move = ledger.Move(new_id(), wallet.wallet_id, back_to, take, KIND, f"{KIND}:{credit.transfer_id}")
        if not await ledger.move(session, move, business_day(now), now):
            raise TypeError("what is available on a locked account can be taken")
    taken = before + take
    await repository.put_correction(
        session,
        credit_id=credit.transfer_id,
        wallet_id=wallet.wallet_id,
        citizen_id=wallet.citizen_id,
        decided=given.amount,
        taken=taken,
        at=now,
    )
    told = WalletCorrected(
        proposal_id=proposal.proposal_id,
        credit_id=credit.transfer_id,
        wallet_id=wallet.wallet_id,
        citizen_id=wallet.citizen_id,
        household_id=wallet.household_id,
        amount=take,
        owed=given.amount - taken,
    )
    await outbox.add(session, told)


CORRECTION: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(name="wallet-correction", enters=Scope.FUNDS_WRITE, decides=Scope.FUNDS_APPROVE, execute=_execute)
)
