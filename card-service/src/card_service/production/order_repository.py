"""Every SQL statement of orders of cards."""

# ruff: noqa: S608 - a part of a statement takes only text of the modules around it
from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.lifecycle import without_card
from card_service.database import record
from card_service.production.models import Order, OrderState

_ORDER = (
    "SELECT o.order_id, o.phase_id, f.governorate, f.services, o.holders, o.most, o.status, o.state, o.done_citizen,"
    " o.requested, o.created_by FROM card_order o JOIN rollout_phase f USING (phase_id)"
)
_FIND = text(f"{_ORDER} WHERE o.order_id = :order_id")
_LOCK = text(f"{_ORDER} WHERE o.order_id = :order_id FOR UPDATE OF o")
_CLAIM = text(
    f"{_ORDER} WHERE o.status IN ('queued', 'running') AND o.state = 'proposed' AND f.state <> 'paused'"
    " ORDER BY o.attempts, o.order_id LIMIT 1 FOR UPDATE OF o SKIP LOCKED"
)
_CREATE = text(
    "INSERT INTO card_order (order_id, phase_id, holders, most, status, state, created_by, created_at)"
    " VALUES (:order_id, :phase_id, :holders, :most, 'queued', 'proposed', :created_by, :created_at)"
)
# Who has an expired card gets another in its place, at an office: not one beside it.
_CANDIDATES = text(
    "SELECT c.citizen_id, c.household_id FROM citizen c JOIN household h USING (household_id)"
    " WHERE h.governorate = :governorate AND h.status = 'active' AND h.trial_id IS NULL"
    " AND (CAST(:after AS uuid) IS NULL OR c.citizen_id > :after)"
    " AND (c.role = 'head' OR CAST(:everyone AS boolean) AND c.birth_date <= :born_by)"
    f" AND {without_card('c.citizen_id')}"
    " ORDER BY c.citizen_id LIMIT :limit"
)
_ADVANCE = text(
    "UPDATE card_order SET done_citizen = coalesce(CAST(:done AS uuid), done_citizen),"
    " requested = requested + :requested, attempts = 0, status = CASE WHEN :last THEN 'done' ELSE 'running' END"
    " WHERE order_id = :order_id"
)
_FAIL = text(
    "UPDATE card_order SET attempts = attempts + 1,"
    " status = CASE WHEN attempts + 1 >= :max_attempts THEN 'failed' ELSE status END"
    " WHERE order_id = :order_id AND status IN ('queued', 'running')"
)
_DECIDE = text("UPDATE card_order SET state = :state WHERE order_id = :order_id")
_CARDS = text("SELECT card_id FROM card WHERE order_id = :order_id AND state = 'requested' ORDER BY card_id FOR UPDATE")


class Candidate(NamedTuple):
    """Somebody who has no card."""

    citizen_id: UUID
    household_id: UUID


async def create(session: AsyncSession, order: Order, now: datetime) -> None:
    """Write an order."""
    values = {
        "order_id": order.order_id,
        "phase_id": order.phase_id,
        "holders": order.holders,
        "most": order.most,
        "created_by": order.created_by,
        "created_at": now,
    }
    await session.execute(_CREATE, values)


async def find(session: AsyncSession, order_id: UUID, *, lock: bool = False) -> Order | None:
    """An order by id, its row locked if asked."""
    row = (await session.execute(_LOCK if lock else _FIND, {"order_id": order_id})).one_or_none()
    return record(Order, row, services=tuple(row.services)) if row else None


async def claim(session: AsyncSession) -> Order | None:
    """The oldest open order of a phase that is not paused and that no other worker has at hand, its row locked."""
    row = (await session.execute(_CLAIM)).one_or_none()
    return record(Order, row, services=tuple(row.services)) if row else None


async def candidates(session: AsyncSession, order: Order, born_by: date, limit: int) -> list[Candidate]:
    """The next people without a card, by their ids."""
    values = {
        "governorate": order.governorate,
        "after": order.done_citizen,
        "everyone": order.holders == "adults",
        "born_by": born_by,
        "limit": limit,
    }
    return [Candidate(*row) for row in await session.execute(_CANDIDATES, values)]


async def advance(session: AsyncSession, order: Order, done: UUID | None, requested: int, *, last: bool) -> None:
    """Add a chunk to an order's progress; with `last` it is done."""
    values = {"order_id": order.order_id, "done": done, "requested": requested, "last": last}
    await session.execute(_ADVANCE, values)


async def fail(session: AsyncSession, order_id: UUID, max_attempts: int) -> None:
    """Count a failed attempt; at `max_attempts` in a row the order is given up."""
    await session.execute(_FAIL, {"order_id": order_id, "max_attempts": max_attempts})


async def decide(session: AsyncSession, order_id: UUID, state: OrderState) -> None:
    """Write what was decided on an order."""
    await session.execute(_DECIDE, {"order_id": order_id, "state": state})


async def requested_cards(session: AsyncSession, order_id: UUID) -> Sequence[UUID]:
    """The cards of an order that nobody has decided on, the rows locked."""
    return list((await session.execute(_CARDS, {"order_id": order_id})).scalars())
