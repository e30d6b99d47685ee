"""Use cases: registering providers; their terminals, and where one stands."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.area import Area
from chassis.ids import new_id
from chassis.principal import Principal
from chassis.problems import Conflict, Forbidden, NotFound
from contracts.health import ProviderContactChanged, ProviderRegistered
from health_service.context import Runtime
from health_service.providers import repository
from health_service.providers.schemas import ProviderRequest
from terminal_registry.contacts import Contacts
from terminal_registry.kinds import CLINICS
from terminal_registry.registry import Refusals, Registry
from terminal_registry.repository import Terminals


class ProviderUnknown(NotFound):
    """No such provider is known"""

    code = "provider_unknown"
    title_ar = "مقدم الخدمة غير معروف"


class NoSuchClinicTerminal(NotFound):
    """No such clinic terminal is known"""

    code = "no_such_clinic_terminal"
    title_ar = "ماكينة مقدم الخدمة غير معروفة"


class ClinicSerialTaken(Conflict):
    """Another clinic terminal has this serial number"""

    code = "clinic_serial_taken"
    title_ar = "الرقم المسلسل مسجل لماكينة أخرى لدى مقدم خدمة"


class ClinicTerminalAlreadySuspended(Conflict):
    """The clinic terminal is suspended already"""

    code = "clinic_terminal_already_suspended"
    title_ar = "ماكينة مقدم الخدمة موقوفة بالفعل"


class ClinicTerminalNotSuspended(Conflict):
    """The clinic terminal is not suspended"""

    code = "clinic_terminal_not_suspended"
    title_ar = "ماكينة مقدم الخدمة ليست موقوفة"


class ClinicTerminalNeeded(Forbidden):
    """Only a clinic's terminal may do this"""

    code = "clinic_terminal_needed"
    title_ar = "هذه الخدمة متاحة من خلال ماكينة مقدم خدمة صحية فقط"


@dataclass(frozen=True)
class Place:
    """The provider a calling terminal stands in."""

    terminal_id: UUID
    provider_id: UUID
    kind: str
    governorate: str
    trial: bool = False


async def register_provider(
    session: AsyncSession, runtime: Runtime, caller: Principal, request: ProviderRequest
) -> RowMapping:
    """Enter a provider. Raises OutsideBound."""
    caller.bound.ensure_covers(Area(request.governorate, request.district))
    provider_id = new_id()
    await repository.add_provider(
        session, provider_id=provider_id, registered_at=runtime.clock.now(), **request.model_dump()
    )
    event = ProviderRegistered(
        provider_id=provider_id, kind=request.kind, governorate=request.governorate, trial=request.trial
    )
    await outbox.add(session, event)
    return await provider(session, caller, provider_id)


async def provider(session: AsyncSession, caller: Principal, provider_id: UUID) -> RowMapping:
    """A provider the caller may see. Raises ProviderUnknown."""
    found = await repository.find_provider(session, provider_id)
    if found is None:
        raise ProviderUnknown()
    caller.bound.hold(_area(found), ProviderUnknown)
    return found


def _area(found: RowMapping) -> Area:
    return Area(found["governorate"], found["district"], provider_id=found["provider_id"])


TERMINALS = Registry(
    CLINICS,
    Terminals("clinic_terminal", "provider_id", "provider", keys=("key_id",)),
    Refusals(NoSuchClinicTerminal, ClinicSerialTaken, ClinicTerminalAlreadySuspended, ClinicTerminalNotSuspended),
)
"""The terminals that stand with providers of care."""


CONTACTS = Contacts("provider", "provider_id", ProviderContactChanged)
"""How providers are reached."""


async def place_of(session: AsyncSession, caller: Principal) -> Place:
    """Where the calling terminal stands. Raises ClinicTerminalNeeded for anyone else."""
    if caller.kind != "terminal":
        raise ClinicTerminalNeeded()
    found = await repository.where_stands(session, caller.terminal_id)
    # The token says where the terminal stood when it was issued; the books say where it stands.
    if found is None or found["status"] != "active" or not caller.bound.covers(_area(found)):
        raise ClinicTerminalNeeded(
            "This terminal does not stand with a provider of care.", detail_ar="هذه الماكينة غير مسجلة لدى جهة علاج."
        )
    return Place(caller.terminal_id, found["provider_id"], found["kind"], found["governorate"], found["trial"])
