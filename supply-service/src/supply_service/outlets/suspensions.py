"""Use cases: suspending an outlet and accepting it again; since when, and until when, outlets and terminals were."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.principal import Principal
from chassis.problems import Conflict
from contracts.supply import OutletReinstated, OutletSuspended
from supply_service.context import Runtime
from supply_service.outlets import repository, service


class OutletAlreadySuspended(Conflict):
    """The outlet is suspended already"""

    code = "outlet_already_suspended"
    title_ar = "المنفذ موقوف بالفعل"


class OutletNotSuspended(Conflict):
    """The outlet is not suspended"""

    code = "outlet_not_suspended"
    title_ar = "المنفذ ليس موقوفاً"


async def suspend(
    session: AsyncSession, runtime: Runtime, caller: Principal, outlet_id: UUID, reason: str
) -> RowMapping:
    """Refuse the sales of an outlet, whichever terminal makes them. Raises OutletUnknown or OutletAlreadySuspended."""
    now = runtime.clock.now()
    await _change(session, caller, outlet_id, suspend=True)
    await repository.set_suspended(session, outlet_id, now, reason)
    await repository.note_suspension(session, outlet_id, True, now)
    await outbox.add(session, OutletSuspended(outlet_id=outlet_id, reason=reason, suspended_at=now))
    return await service.outlet(session, caller, outlet_id)


async def reinstate(session: AsyncSession, runtime: Runtime, caller: Principal, outlet_id: UUID) -> RowMapping:
    """Accept the sales of an outlet again. Raises OutletUnknown or OutletNotSuspended."""
    now: datetime = runtime.clock.now()
    await _change(session, caller, outlet_id, suspend=False)
    await repository.set_suspended(session, outlet_id, None, None)
    await repository.note_suspension(session, outlet_id, False, now)
    await outbox.add(session, OutletReinstated(outlet_id=outlet_id, reinstated_at=now))
    return await service.outlet(session, caller, outlet_id)


async def _change(session: AsyncSession, caller: Principal, outlet_id: UUID, *, suspend: bool) -> None:
    """Lock an outlet, and have every process read its terminals again."""
    version = await repository.next_change(session)
    await service.outlet(session, caller, outlet_id)
    if await repository.lock_suspended(session, outlet_id) is suspend:
        raise OutletAlreadySuspended() if suspend else OutletNotSuspended()
    await repository.touch_terminals(session, outlet_id, version)
