"""Use cases: registering outlets and terminals, suspending and reinstating a terminal."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.area import Area
from chassis.auth import Principal
from chassis.ids import new_id
from chassis.problems import Conflict, NotFound
from chassis.runtime import Runtime
from contracts.supply import OutletRegistered, TerminalRegistered, TerminalReinstated, TerminalSuspended
from supply_service.outlets import repository
from supply_service.outlets.schemas import OutletRequest, TerminalRequest


class OutletUnknown(NotFound):
    """No such outlet is known"""

    code = "outlet_unknown"
    title_ar = "المنفذ غير معروف"


class NoSuchTerminal(NotFound):
    """No such terminal is known"""

    code = "no_such_terminal"
    title_ar = "الماكينة غير معروفة"


class SerialTaken(Conflict):
    """Another terminal has this serial number"""

    code = "serial_taken"
    title_ar = "الرقم المسلسل مسجل لماكينة أخرى"


class AlreadySuspended(Conflict):
    """The terminal is suspended already"""

    code = "already_suspended"
    title_ar = "الماكينة موقوفة بالفعل"


class NotSuspended(Conflict):
    """The terminal is not suspended"""

    code = "not_suspended"
    title_ar = "الماكينة ليست موقوفة"


async def register_outlet(session: AsyncSession, runtime: Runtime, request: OutletRequest) -> UUID:
    """Enter an outlet; its id."""
    outlet_id = new_id()
    await repository.add_outlet(session, outlet_id=outlet_id, registered_at=runtime.clock.now(), **request.model_dump())
    await outbox.add(
        session,
        OutletRegistered(
            outlet_id=outlet_id, kind=request.kind, governorate=request.governorate, district=request.district
        ),
    )
    return outlet_id


async def outlet(session: AsyncSession, caller: Principal, outlet_id: UUID) -> RowMapping:
    """An outlet the caller may see. Raises OutletUnknown."""
    found = await repository.find_outlet(session, outlet_id)
    if found is None:
        raise OutletUnknown()
    caller.bound.hold(_area(found), OutletUnknown)
    return found


async def register_terminal(
    session: AsyncSession, runtime: Runtime, caller: Principal, request: TerminalRequest
) -> RowMapping:
    """Assign a terminal to an outlet, so that it may be enrolled. Raises OutletUnknown or SerialTaken."""
    stands_in = await outlet(session, caller, request.outlet_id)
    terminal = await repository.add_terminal(
        session,
        terminal_id=new_id(),
        outlet_id=request.outlet_id,
        serial=request.serial,
        model=request.model,
        at=runtime.clock.now(),
    )
    if terminal is None:
        raise SerialTaken()
    await outbox.add(
        session,
        TerminalRegistered(
            terminal_id=terminal["terminal_id"],
            outlet_id=request.outlet_id,
            kind=stands_in["kind"],
            governorate=stands_in["governorate"],
        ),
    )
    return terminal


async def terminal(session: AsyncSession, caller: Principal, terminal_id: UUID, *, lock: bool = False) -> RowMapping:
    """A terminal the caller may see. Raises NoSuchTerminal."""
    found = await repository.find_terminal(session, terminal_id, lock=lock)
    if found is None:
        raise NoSuchTerminal()
    caller.bound.hold(_area(found), NoSuchTerminal)
    return found


def _area(found: RowMapping) -> Area:
    return Area(found["governorate"], found["district"], outlet_id=found["outlet_id"])


async def suspend(
    session: AsyncSession, runtime: Runtime, caller: Principal, terminal_id: UUID, reason: str
) -> RowMapping:
    """Refuse a terminal everywhere. Raises NoSuchTerminal or AlreadySuspended."""
    changed = await repository.next_change(session)
    found = await terminal(session, caller, terminal_id, lock=True)
    if found["status"] == "suspended":
        raise AlreadySuspended()
    await runtime.revocations.suspend(session, str(terminal_id), reason)
    written = await repository.set_status(session, terminal_id, "suspended", reason, changed)
    event = TerminalSuspended(terminal_id=terminal_id, outlet_id=found["outlet_id"], reason=reason)
    await outbox.add(session, event)
    return written


async def reinstate(session: AsyncSession, runtime: Runtime, caller: Principal, terminal_id: UUID) -> RowMapping:
    """Accept a suspended terminal again. Raises NoSuchTerminal or NotSuspended."""
    changed = await repository.next_change(session)
    found = await terminal(session, caller, terminal_id, lock=True)
    if found["status"] != "suspended":
        raise NotSuspended()
    await runtime.revocations.reinstate(session, str(terminal_id))
    written = await repository.set_status(session, terminal_id, "active", None, changed)
    await outbox.add(session, TerminalReinstated(terminal_id=terminal_id, outlet_id=found["outlet_id"]))
    return written
