"""The answer to «رصيد»: supply states the pots, payments state the wallet, one message tells both.

It leaves when both have spoken, or after a policy's few seconds with what there is. One inquiry, one message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Received
from chassis.sealing import Vault
from contracts.payment import WalletStated
from contracts.supply import BalanceStated, Remaining
from notify_service.contacts import repository as contacts
from notify_service.context import Context
from notify_service.inquiries import repository
from notify_service.inquiries.repository import PartColumns, Rows
from notify_service.messages import service
from notify_service.messages.service import Intent
from notify_service.templates.facts import BalanceFacts

AT_ONCE = 500


class _Part(BaseModel):
    """What one service has stated; `known` false where it has nothing of this household."""

    model_config = ConfigDict(frozen=True)

    stated_at: datetime
    known: bool
    remaining: list[Remaining] = []
    flour: int | None = None
    wallet: int | None = None


async def supply_stated(session: AsyncSession, here: Context, events: Sequence[Received[BalanceStated]]) -> None:
    """Take supply's part, and answer where the wallet's is there already."""
    parts = {
        e.data.inquiry_id: _Part(
            stated_at=e.time, known=e.data.known, remaining=e.data.remaining, flour=e.data.flour_remaining
        )
        for e in events
    }
    asked = {e.data.inquiry_id: (e.data.citizen_id, e.data.household_id) for e in events}
    await _take(session, here, "supply", parts, asked)


async def wallet_stated(session: AsyncSession, here: Context, events: Sequence[Received[WalletStated]]) -> None:
    """Take the wallet's part, and answer where supply's is there already."""
    parts = {
        e.data.inquiry_id: _Part(
            stated_at=e.time, known=e.data.known, wallet=e.data.balance - e.data.held if e.data.known else None
        )
        for e in events
    }
    asked = {e.data.inquiry_id: (e.data.citizen_id, e.data.household_id) for e in events}
    await _take(session, here, "wallet", parts, asked)


async def _take(
    session: AsyncSession,
    here: Context,
    name: Literal["supply", "wallet"],
    parts: Mapping[UUID, _Part],
    asked: Mapping[UUID, tuple[UUID, UUID]],
) -> None:
    columns = PartColumns()
    for inquiry_id, part in parts.items():
        columns.inquiry_id.append(inquiry_id)
        columns.citizen_id.append(asked[inquiry_id][0])
        columns.household_id.append(asked[inquiry_id][1])
        columns.part.append(here.vault.seal(inquiry_id, part.model_dump_json().encode()))
    rows = await repository.take_part(session, name, columns, here.rules.answer_within_seconds)
    await answer(session, here, [row for row in rows if row.due])


async def answer(session: AsyncSession, here: Context, rows: Rows) -> None:
    """Answer inquiries with the parts that came."""
    told: list[Intent] = []
    unknown: list[Intent] = []
    # a number that took another's place lately hears nothing of the wallet
    too_new = await contacts.too_new(session, [row.citizen_id for row in rows], here.clock.now())
    for row in rows:
        parts = [_open(here.vault, row.inquiry_id, sealed) for sealed in (row.supply, row.wallet) if sealed is not None]
        known = [part for part in parts if part.known]
        facts = BalanceFacts(
            stated_at=max(part.stated_at for part in parts),
            remaining=[pot for part in known for pot in part.remaining],
            flour=next((part.flour for part in known if part.flour is not None), None),
            wallet=None
            if row.citizen_id in too_new
            else next((part.wallet for part in known if part.wallet is not None), None),
        )
        common = {"event_id": row.inquiry_id, "citizen_id": row.citizen_id, "household_id": row.household_id}
        intent = Intent(facts=facts, subject=row.inquiry_id, **common)
        (told if known else unknown).append(intent)
    await service.queue(session, here, "balance", told)
    await service.queue(session, here, "balance_unknown", unknown)
    await repository.answered(session, [row.inquiry_id for row in rows])


def _open(vault: Vault, inquiry_id: UUID, sealed: bytes) -> _Part:
    return _Part.model_validate_json(vault.open(inquiry_id, bytes(sealed)))
