"""Use cases: registering outlets; their terminals."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.area import Area
from chassis.ids import new_id
from chassis.principal import Principal
from chassis.problems import Conflict, NotFound
from contracts.supply import OutletContactChanged, OutletRegistered
from supply_service.context import Runtime
from supply_service.outlets import repository
from supply_service.outlets.schemas import OutletRequest
from terminal_registry.contacts import Contacts
from terminal_registry.kinds import OUTLETS
from terminal_registry.registry import Refusals, Registry
from terminal_registry.repository import Terminals


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
            outlet_id=outlet_id,
            kind=request.kind,
            governorate=request.governorate,
            district=request.district,
            trial=request.trial,
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


def _area(found: RowMapping) -> Area:
    return Area(found["governorate"], found["district"], outlet_id=found["outlet_id"])


TERMINALS = Registry(
    OUTLETS,
    Terminals("terminal", "outlet_id", "outlet", keys=("key_id", "public_key"), version=repository.next_change),
    Refusals(NoSuchTerminal, SerialTaken, AlreadySuspended, NotSuspended),
    noted=repository.note_suspension,
)
"""The terminals that stand in outlets."""

CONTACTS = Contacts("outlet", "outlet_id", OutletContactChanged)
"""How outlets are reached."""
