"""What two persons of the treasury decide on the wallet of one who is dead: an error, or who inherits."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from chassis.area import Area
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.scopes import Scope
from payment_service.context import Runtime
from payment_service.errors import HeirInvalid, NotDeceased, WalletUnknown
from payment_service.ledger import repository as ledger
from payment_service.proposals import PROPOSALS
from payment_service.wallets import repository
from payment_service.wallets.repository import CardWallet

ESTATE = "estate"  # the kind of the transfer to an heir


class ReleaseIn(BaseModel):
    """What is proposed on the wallet of one who is dead.

    `error`: the person lives, the wallet pays again and may be paid into; `heir`: what is on it goes to the wallet
    behind `heir_card_id`, and it stays closed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    because: Literal["error", "heir"]
    heir_card_id: UUID | None = None
    reason: Annotated[str, Field(min_length=3, max_length=300, pattern=r"^[^\x00-\x1f]+$")]
    evidence: Annotated[str | None, Field(max_length=200, description="a document's reference")] = None


async def propose(
    session: AsyncSession, runtime: Runtime, caller: Principal, card_id: UUID, given: ReleaseIn
) -> Proposal:
    """Propose what becomes of a dead holder's wallet.

    Raises WalletUnknown, NotDeceased, HeirInvalid or ProposalOpen.
    """
    wallet = caller.bound.own(await repository.of_card(session, card_id), WalletUnknown)
    await _deceased(session, wallet.citizen_id)
    await _heir(session, wallet.citizen_id, given)
    content = {"card_id": str(card_id), **given.model_dump(mode="json")}
    return await PROPOSALS.enter(
        session,
        runtime,
        caller,
        RELEASE,
        str(wallet.citizen_id),
        content,
        area=Area(wallet.governorate),
        amount=wallet.balance,
    )


async def _deceased(session: AsyncSession, citizen_id: UUID) -> Row[Any]:
    found = await repository.lock_deceased(session, citizen_id)
    if found is None or found.released is not None:
        raise NotDeceased()
    return found


async def _heir(session: AsyncSession, citizen_id: UUID, given: ReleaseIn) -> CardWallet | None:
    if given.because == "error":
        if given.heir_card_id is not None:
            raise HeirInvalid()
        return None
    heir = None if given.heir_card_id is None else await repository.of_card(session, given.heir_card_id)
    if heir is None or heir.citizen_id == citizen_id or heir.frozen or not heir.pays or heir.state != "active":
        raise HeirInvalid()
    return heir


async def _execute(session: AsyncSession, runtime: Runtime, proposal: Proposal, decider: Principal) -> None:
    if not isinstance(proposal.content, dict):
        raise TypeError(f"the proposal {proposal.proposal_id} is not about a wallet")
    given = ReleaseIn.model_validate({name: value for name, value in proposal.content.items() if name != "card_id"})
    citizen_id = UUID(proposal.subject)
    found = await _deceased(session, citizen_id)
    heir = await _heir(session, citizen_id, given)
    now = runtime.clock.now()
    if heir is None:
        await ledger.set_frozen(session, [found.wallet_id], frozen=False)
    elif found.balance > found.held:
        amount = found.balance - found.held
        reference = f"{ESTATE}:{proposal.proposal_id}"
        estate = ledger.Move(new_id(), found.wallet_id, heir.wallet_id, amount, ESTATE, reference)
        await ledger.move(session, estate, business_day(now), now)
    await repository.release(
        session,
        citizen_id=citizen_id,
        released=given.because,
        at=now,
        by=decider.subject,
        reason=given.reason,
        heir_wallet_id=heir.wallet_id if heir else None,
    )


RELEASE: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(name="wallet-release", enters=Scope.FUNDS_WRITE, decides=Scope.FUNDS_APPROVE, execute=_execute)
)
