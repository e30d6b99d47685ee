"""Noting accesses, and chaining them apart from the requests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.accesses import repository
from card_service.accesses.models import Access, Visit
from card_service.context import Runtime
from chassis.ids import new_id
from chassis.isolation import Batches
from chassis.principal import Principal
from chassis.telemetry import current_request_id

BATCH = 2000


async def note(
    session: AsyncSession, caller: Principal, now: datetime, action: str, purpose: str, citizens: Iterable[UUID]
) -> None:
    """Note in the session's transaction that the caller saw or changed the records of these citizens."""
    seen = visit(caller, now, action, purpose)
    await repository.note(session, [Access(new_id(), one, *seen) for one in citizens])


def visit(caller: Principal, now: datetime, action: str, purpose: str) -> Visit:
    """What the log must know of a caller's action, for statements that note it themselves."""
    return Visit(caller.subject, action, purpose, current_request_id() or "", now)


async def _pending(session: AsyncSession, _: Runtime, limit: int) -> list[Access]:
    return await repository.take(session, limit)


async def _append(session: AsyncSession, _: Runtime, accesses: Sequence[Access]) -> None:
    await repository.append(session, accesses)


# Pending accesses are taken into the hash chain, batch after batch, one process at a time.
CHAIN = Batches(repository.CHAIN, _pending, _append, lambda access: access.access_id, lambda _: BATCH)
