"""Noting accesses, and chaining them apart from the requests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.accesses import repository
from card_service.accesses.models import Access, Visit
from card_service.context import Runtime
from chassis.auth import Principal
from chassis.ids import new_id
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


async def chain_accesses(runtime: Runtime) -> None:
    """Worker: take pending accesses into the hash chain, batch after batch, one process at a time."""
    pause = runtime.state.tools.settings.card_chain_seconds
    while True:
        async with runtime.sessions() as session, session.begin():
            moved = await repository.append(session, BATCH)
        if moved < BATCH:
            await asyncio.sleep(pause)
