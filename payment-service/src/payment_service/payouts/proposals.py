"""Batches of payouts as proposals (four eyes): who declared, filled, changed or submitted one does not approve it.

Every act on a batch is an act on its proposal, whose content names the batch and, once it is submitted, the digest of
its rows. Whoever works on a batch locks its proposal first.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal, State
from chassis.area import Area
from chassis.principal import Principal
from contracts.scopes import Scope
from payment_service.context import Runtime
from payment_service.payouts import booking, repository, rows
from payment_service.proposals import PROPOSALS


async def _execute(session: AsyncSession, runtime: Runtime, proposal: Proposal, caller: Principal) -> None:
    await booking.release(session, runtime, UUID(proposal.subject), caller)


async def _released(session: AsyncSession, runtime: Runtime, proposal: Proposal) -> None:
    """A batch whose proposal was refused, withdrawn or has expired is withdrawn with it."""
    end = proposal.acts[-1]
    reason = end.reason or {State.EXPIRED: "not decided in time"}.get(proposal.state, proposal.state.value)
    await repository.lock(session, UUID(proposal.subject))
    await repository.cancel(session, UUID(proposal.subject), end.actor.who, reason[:200], end.at)


async def _content_now(session: AsyncSession, _: Runtime, proposal: Proposal) -> JsonValue:
    batch = await repository.lock(session, UUID(proposal.subject))
    return proposal.content if batch is None else content(batch, await rows.digest(session, batch.batch_id))


BATCH: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(
        name="payout-batch",
        enters=Scope.PAYOUTS_SUBMIT,
        decides=Scope.PAYOUTS_APPROVE,
        execute=_execute,
        content_now=_content_now,
        released=_released,
    )
)


def content(batch: Row[Any], digest: bytes | None = None) -> JsonValue:
    """What is proposed: the batch, and the digest of its rows once it is submitted."""
    return {
        "batch_id": str(batch.batch_id),
        "reference": batch.reference,
        "programme": batch.programme,
        "fund": batch.fund,
        "month": str(batch.month),
        "value_date": None if batch.value_date is None else str(batch.value_date),
        "declared_count": batch.declared_count,
        "declared_total": batch.declared_total,
        "doubles_count": batch.doubles_count,
        "rows_sha256": None if digest is None else digest.hex(),
    }


async def open_of(session: AsyncSession, batch_id: UUID) -> Proposal | None:
    """The open proposal of a batch, held until the end of the transaction; none of an earlier version's batch."""
    return await PROPOSALS.lock_open(session, BATCH, str(batch_id))


async def note(
    session: AsyncSession, runtime: Runtime, caller: Principal, batch: Row[Any], digest: bytes | None = None
) -> Proposal:
    """Note that the caller made or changed a batch; the proposal is a draft with the batch's content as it is now."""
    known = await open_of(session, batch.batch_id)
    amount = batch.declared_total
    if known is None:
        area = Area(batch.governorate, authority=batch.owner)
        return await PROPOSALS.enter(
            session, runtime, caller, BATCH, str(batch.batch_id), content(batch, digest), area=area, amount=amount,
            submit=False,
        )  # fmt: skip
    return await PROPOSALS.change(session, runtime, caller, known.proposal_id, content(batch, digest), amount=amount)
