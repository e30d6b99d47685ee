"""What was written wrongly of a person or household is corrected; what stood there before stays in the history."""

# ruff: noqa: S608 - a part of a statement takes only text of the modules around it
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.registry import repository, sealed_names
from card_service.registry.changes import members
from card_service.registry.changes.decided import Change, Decided, enter
from card_service.registry.changes.errors import NationalIdTaken, NothingChanges, NotInHousehold
from card_service.registry.changes.kinds import ChangeKind
from card_service.registry.former_ids import FORMER, free
from card_service.registry.models import Citizen
from card_service.sealing import NATIONAL_ID
from chassis import outbox
from chassis.national_id import NationalId
from contracts.card import CitizenUpdated

_NUMBER = text(
    "UPDATE citizen SET national_id_hash = :hash, national_id_sealed = :sealed, birth_date = :birth_date, sex = :sex"
    " WHERE citizen_id = :citizen_id"
)
_REMEMBER = text(
    "INSERT INTO former_national_id (citizen_id, national_id_hash, national_id_sealed, change_id)"
    " SELECT citizen_id, national_id_hash, national_id_sealed, :change_id FROM citizen WHERE citizen_id = :citizen_id"
    " ON CONFLICT DO NOTHING"
)
_TAKEN = text(
    "SELECT EXISTS (SELECT FROM citizen WHERE national_id_hash = :hash AND citizen_id <> :citizen_id) OR EXISTS"
    f" (SELECT FROM {FORMER} WHERE f.national_id_hash = :hash AND f.citizen_id <> :citizen_id)"
)
_SAME = text("SELECT national_id_hash = :hash FROM citizen WHERE citizen_id = :citizen_id")
_BIRTH = text("UPDATE citizen SET birth_date = :birth_date WHERE citizen_id = :citizen_id")
_SEX = text("UPDATE citizen SET sex = :sex WHERE citizen_id = :citizen_id")
_ADDRESS = text("UPDATE household SET address = :address WHERE household_id = :household_id")


async def _corrected(
    session: AsyncSession, deps: Dependencies, decided: Decided, citizen_id: UUID
) -> tuple[Change, Citizen]:
    citizen = await repository.find_citizen(session, citizen_id, lock=True)
    if citizen is None or citizen.household_id is None:
        raise NotInHousehold
    change = await enter(session, deps, ChangeKind.CORRECTED, decided, citizen.household_id, citizen_id)
    return change, citizen


async def _tell(
    session: AsyncSession, deps: Dependencies, citizen: Citizen, changed: list[str], birth_date: date | None = None
) -> None:
    """Say which fields have changed; how the citizen is called where that is among them."""
    if citizen.household_id is None:
        raise NotInHousehold
    year = birth_date.year if birth_date else None
    told = CitizenUpdated(
        citizen_id=citizen.citizen_id, household_id=citizen.household_id, changed=changed, birth_year=year
    )
    now = await repository.find_citizen(session, citizen.citizen_id)
    called = [members.contact_of(deps, now, citizen.household_id, now.governorate)] if now else []
    await outbox.add(session, told, *(called if "full_name" in changed else []))


async def apply_name(
    session: AsyncSession, deps: Dependencies, decided: Decided, citizen_id: UUID, full_name: str
) -> Change:
    """Correct a name, which is clean already. Raises NotInHousehold, NothingChanges, or what entering raises."""
    change, citizen = await _corrected(session, deps, decided, citizen_id)
    if sealed_names.opened(deps.vault, citizen_id, citizen.name_kept) == full_name:
        raise NothingChanges
    await repository.rename(session, citizen_id, sealed_names.sealed(deps.vault, citizen_id, full_name))
    await _tell(session, deps, citizen, ["full_name"])
    return change


async def apply_national_id(
    session: AsyncSession, deps: Dependencies, decided: Decided, citizen_id: UUID, number: NationalId
) -> Change:
    """Correct a national id and what it says of birth and sex; the one before still finds its holder.

    Raises NotInHousehold, NothingChanges, or NationalIdTaken where it is or was another citizen's.
    """
    change, citizen = await _corrected(session, deps, decided, citizen_id)
    values: Mapping[str, object] = {
        "citizen_id": citizen_id,
        "hash": deps.vault.fingerprint(number.number, NATIONAL_ID),
        "sealed": deps.vault.seal(citizen_id, number.number.encode(), NATIONAL_ID),
        "birth_date": number.birth_date,
        "sex": number.sex,
        "change_id": change.change_id,
    }
    if (await session.execute(_SAME, values)).scalar_one():
        raise NothingChanges
    if (await session.execute(_TAKEN, values)).scalar_one():
        raise _taken()
    await session.execute(_REMEMBER, values)
    try:
        await session.execute(_NUMBER, values)
    except IntegrityError as error:
        if isinstance(error.orig, asyncpg.UniqueViolationError) or "unique" in str(error.orig).lower():
            raise _taken() from error
        raise
    changed = ["national_id", *(["birth_date"] if number.birth_date != citizen.birth_date else [])]
    changed += ["sex"] if number.sex != citizen.sex else []
    await _tell(session, deps, citizen, changed, number.birth_date if "birth_date" in changed else None)
    return change


def _taken() -> NationalIdTaken:
    return NationalIdTaken(
        "Where it was written wrongly of the other, whose office asks for `free_national_id`, it is free then.",
        detail_ar="راجع الرقم القومي. إذا كان مسجلاً بالخطأ لمواطن آخر فيُطلب من مكتبه إتاحة الرقم أولاً.",
    )


async def apply_freed_number(
    session: AsyncSession, deps: Dependencies, decided: Decided, citizen_id: UUID, number: NationalId
) -> Change:
    """Let a number that was written wrongly of a citizen, who has another now, be that of whose it is.

    It does not find the citizen any more. Raises NotInHousehold or NothingChanges, or what entering raises.
    """
    change, _ = await _corrected(session, deps, decided, citizen_id)
    if not await free(session, citizen_id, deps.vault.fingerprint(number.number, NATIONAL_ID), change.change_id):
        raise NothingChanges("It is no former national id of this citizen.", detail_ar="ليس رقماً سابقاً لهذا المواطن.")
    return change


async def apply_birth(
    session: AsyncSession, deps: Dependencies, decided: Decided, citizen_id: UUID, birth_date: date
) -> Change:
    """Correct a date of birth. Raises NotInHousehold, NothingChanges, or what entering raises."""
    change, citizen = await _corrected(session, deps, decided, citizen_id)
    if citizen.birth_date == birth_date:
        raise NothingChanges
    await session.execute(_BIRTH, {"birth_date": birth_date, "citizen_id": citizen_id})
    await _tell(session, deps, citizen, ["birth_date"], birth_date)
    return change


async def apply_sex(session: AsyncSession, deps: Dependencies, decided: Decided, citizen_id: UUID, sex: str) -> Change:
    """Correct the sex. Raises NotInHousehold, NothingChanges, or what entering raises."""
    change, citizen = await _corrected(session, deps, decided, citizen_id)
    if citizen.sex == sex:
        raise NothingChanges
    await session.execute(_SEX, {"sex": sex, "citizen_id": citizen_id})
    await _tell(session, deps, citizen, ["sex"])
    return change


async def apply_address(
    session: AsyncSession, deps: Dependencies, decided: Decided, household_id: UUID, address: str
) -> Change:
    """Correct a household's address; nobody moves. Raises NotFound, HouseholdEnded or NothingChanges."""
    household = await members.active(session, household_id)
    if household.address == address:
        raise NothingChanges
    change = await enter(session, deps, ChangeKind.CORRECTED, decided, household_id)
    await session.execute(_ADDRESS, {"address": address, "household_id": household_id})
    await members.tell(session, deps, change, [household_id], [])
    return change
