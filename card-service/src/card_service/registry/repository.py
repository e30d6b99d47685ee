"""Every SQL statement of the register."""

# ruff: noqa: S608 - a part of a statement takes only text of the modules around it
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry import memberships, sealed_names
from card_service.registry.former_ids import FORMER
from card_service.registry.memberships import Joining
from card_service.registry.models import Bearer, Citizen, Household, Known, Named, NewCitizen, NewHousehold
from card_service.weeks import day_of
from chassis.db import raw
from chassis.row_arrays import statement

_HOUSEHOLD_FIELDS = (
    "household_id, governorate, district, address, members, revision, status,"
    f" {day_of('registered_at')} AS since, ended_on, end_reason,"
    " coalesce(issued_in, governorate) AS issued_in, legal_basis, ration_card_sealed, trial_id"
)
_HOUSEHOLD = f"SELECT {_HOUSEHOLD_FIELDS} FROM household"
_FIND_HOUSEHOLD = text(f"{_HOUSEHOLD} WHERE household_id = :household_id")
_FIND_HOUSEHOLDS = text(f"{_HOUSEHOLD} WHERE household_id = ANY(CAST(:ids AS uuid[])) ORDER BY household_id")
_MARK_TRIAL = text(
    "UPDATE household SET trial_id = :trial_id, revision = revision + 1 WHERE household_id = :household_id"
)
_RESIDENCE_ON = text(
    "SELECT governorate, district, address, issued_in FROM former_residence"
    " WHERE household_id = :household_id AND until > :day ORDER BY until, change_id LIMIT 1"
)
# NO KEY: against other changes, not against rows that refer to it. Likely duplicates refer to two people in any order.
_LOCK_HOUSEHOLD = text(f"{_HOUSEHOLD} WHERE household_id = :household_id FOR NO KEY UPDATE")

_CITIZEN = (
    f"SELECT c.citizen_id, c.household_id, c.role, {sealed_names.column('c')} AS name_kept, c.national_id_sealed,"
    " c.mobile_sealed,"
    " c.mobile_usable, c.birth_date, c.sex, h.governorate, h.district, c.life, c.died_on, c.mobile_new_until"
    " FROM citizen c LEFT JOIN household h USING (household_id)"
)
_FIND_CITIZEN = text(f"{_CITIZEN} WHERE c.citizen_id = :citizen_id")
_LOCK_CITIZEN = text(f"{_CITIZEN} WHERE c.citizen_id = :citizen_id FOR NO KEY UPDATE OF c")
_MEMBERS = text(f"{_CITIZEN} WHERE c.household_id = :household_id ORDER BY c.role <> 'head', c.citizen_id")
# Whoever has the number now comes first: somebody else's number may have stood there by mistake.
_BY_NATIONAL_ID = text(
    f"{_CITIZEN} WHERE c.national_id_hash = :hash OR c.citizen_id = ANY(ARRAY("
    f"SELECT f.citizen_id FROM {FORMER} WHERE f.national_id_hash = :hash))"
    " ORDER BY c.national_id_hash <> :hash, c.citizen_id"
)
_BEARER = (
    "c.citizen_id, c.household_id, h.governorate, h.district FROM citizen c LEFT JOIN household h USING (household_id)"
)
_BY_NATIONAL_IDS = text(
    f"SELECT c.national_id_hash, {_BEARER} WHERE c.national_id_hash = ANY(CAST(:hashes AS bytea[]))"
    f" UNION SELECT f.national_id_hash, {_BEARER} JOIN {FORMER} USING (citizen_id)"
    " WHERE f.national_id_hash = ANY(CAST(:hashes AS bytea[]))"
)
_BY_MOBILE = text(f"{_CITIZEN} WHERE c.mobile_hash = :hash ORDER BY c.citizen_id LIMIT 50")

_BY_IDS = text(f"{_CITIZEN} WHERE c.citizen_id = ANY(CAST(:ids AS uuid[])) ORDER BY c.citizen_id")
# A citizen at hand elsewhere comes later. `kept` is the name as it stood: another writer has the last word.
_NAMES = text(
    f"SELECT c.citizen_id, {sealed_names.column('c')} AS name_kept, c.full_name <> '…' AS waits, c.birth_date,"
    " h.governorate FROM citizen c LEFT JOIN household h USING (household_id)"
    " WHERE c.citizen_id = ANY(CAST(:ids AS uuid[])) ORDER BY c.citizen_id FOR NO KEY UPDATE OF c SKIP LOCKED"
)
_SEAL = statement(
    "UPDATE citizen c SET full_name = '…', full_name_sealed = r.sealed FROM <rows> WHERE c.citizen_id = r.citizen_id",
    citizen_id="uuid",
    sealed="bytea",
)

_KNOWN_FIELDS = (
    "citizen_id, household_id IS NOT NULL AS in_a_household, import_id, life = 'deceased' AS deceased, household_id,"
    " mobile_hash"
)
_KNOWN = text(
    f"SELECT national_id_hash, {_KNOWN_FIELDS} FROM citizen WHERE national_id_hash = ANY(CAST(:hashes AS bytea[]))"
    f" UNION SELECT f.national_id_hash, {_KNOWN_FIELDS} FROM {FORMER} JOIN citizen USING (citizen_id)"
    " WHERE f.national_id_hash = ANY(CAST(:hashes AS bytea[]))"
)
_ADOPT = text(
    "UPDATE citizen SET household_id = :household_id, role = :role, full_name = '…', full_name_sealed = :name_sealed,"
    " mobile_hash = :mobile_hash, mobile_sealed = :mobile_sealed, mobile_usable = :mobile_usable,"
    " mobile_changed_at = clock_timestamp(), import_id = :import_id,"
    " mobile_new_until = coalesce(:mobile_new_until, mobile_new_until)"
    " WHERE citizen_id = :citizen_id AND household_id IS NULL"
)
_LEAVE = text(
    "UPDATE citizen SET household_id = NULL, role = NULL, mobile_usable = false WHERE citizen_id = :citizen_id"
)
_RENAME = text("UPDATE citizen SET full_name = '…', full_name_sealed = :name_sealed WHERE citizen_id = :citizen_id")
_SET_MOBILE = text(
    "UPDATE citizen SET mobile_hash = :hash, mobile_sealed = :sealed, mobile_usable = :usable,"
    " mobile_changed_at = clock_timestamp() WHERE citizen_id = :citizen_id"
)
# A message that left before the number was changed says nothing about the new number.
_UNUSABLE = statement(
    "UPDATE citizen c SET mobile_usable = false"
    " FROM <rows>"
    " WHERE c.citizen_id = r.citizen_id AND c.mobile_usable AND c.mobile_changed_at <= r.sent_at"
    f" RETURNING c.citizen_id, c.household_id, {sealed_names.column('c')} AS name_kept",
    citizen_id="uuid",
    sent_at="timestamptz",
)

_HOUSEHOLD_COLUMNS = (
    "household_id", "governorate", "district", "address", "members", "import_id", "registered_at", "ration_card_hash",
    "ration_card_sealed", "legal_basis",
)  # fmt: skip
_CITIZEN_COLUMNS = (
    "citizen_id", "household_id", "role", "full_name_sealed", "national_id_hash", "national_id_sealed", "mobile_hash",
    "mobile_sealed", "mobile_usable", "birth_date", "sex", "import_id", "registered_at",
)  # fmt: skip


async def find_household(session: AsyncSession, household_id: UUID, *, lock: bool = False) -> Household | None:
    """A household by id, its row locked against other changes if asked."""
    statement = _LOCK_HOUSEHOLD if lock else _FIND_HOUSEHOLD
    row = (await session.execute(statement, {"household_id": household_id})).one_or_none()
    return Household(*row) if row else None


async def mark_trial(session: AsyncSession, household_id: UUID, trial_id: UUID) -> None:
    """Let a household that was registered just now be one of a trial, for good."""
    await session.execute(_MARK_TRIAL, {"household_id": household_id, "trial_id": trial_id})


async def residence_on(session: AsyncSession, household_id: UUID, day: date) -> Row[Any] | None:
    """Where a household lived on a day before it moved; None where it has lived since then where it lives now."""
    return (await session.execute(_RESIDENCE_ON, {"household_id": household_id, "day": day})).one_or_none()


async def find_households(session: AsyncSession, household_ids: Sequence[UUID]) -> list[Household]:
    """The households with these ids, in their order."""
    return [Household(*row) for row in await session.execute(_FIND_HOUSEHOLDS, {"ids": list(household_ids)})]


async def find_citizen(session: AsyncSession, citizen_id: UUID, *, lock: bool = False) -> Citizen | None:
    """A citizen by id, the row locked against other changes if asked."""
    row = (await session.execute(_LOCK_CITIZEN if lock else _FIND_CITIZEN, {"citizen_id": citizen_id})).one_or_none()
    return Citizen(*row) if row else None


async def members(session: AsyncSession, household_id: UUID) -> list[Citizen]:
    """The members of a household, its head first."""
    return [Citizen(*row) for row in await session.execute(_MEMBERS, {"household_id": household_id})]


async def by_national_id(session: AsyncSession, national_id_hash: bytes) -> list[Citizen]:
    """The citizen with this national id, if registered, and those who had it until it was corrected."""
    return [Citizen(*row) for row in await session.execute(_BY_NATIONAL_ID, {"hash": national_id_hash})]


async def by_national_ids(session: AsyncSession, hashes: Sequence[bytes]) -> dict[bytes, Bearer]:
    """The citizens with these national ids, as far as they are registered."""
    rows = await session.execute(_BY_NATIONAL_IDS, {"hashes": list(hashes)})
    return {bytes(row[0]): Bearer(*row[1:]) for row in rows}


async def by_mobile(session: AsyncSession, mobile_hash: bytes) -> list[Citizen]:
    """The citizens who gave this mobile, at most fifty."""
    return [Citizen(*row) for row in await session.execute(_BY_MOBILE, {"hash": mobile_hash})]


async def by_ids(session: AsyncSession, citizen_ids: Sequence[UUID]) -> list[Citizen]:
    """The citizens with these ids, in their order."""
    return [Citizen(*row) for row in await session.execute(_BY_IDS, {"ids": list(citizen_ids)})]


async def lock_names(session: AsyncSession, citizen_ids: Sequence[UUID]) -> list[Named]:
    """The names of those citizens whom nobody else has at hand, their rows locked."""
    return [Named(*row) for row in await session.execute(_NAMES, {"ids": list(citizen_ids)})]


async def seal_names(session: AsyncSession, sealed: Mapping[UUID, bytes]) -> None:
    """Put sealed names in the place of those that stood in clear; the rows are the caller's by `lock_names`."""
    await memberships.keep(session)  # nobody joins or leaves
    await session.execute(_SEAL, {"citizen_id": list(sealed), "sealed": list(sealed.values())})


async def known(session: AsyncSession, hashes: Sequence[bytes]) -> dict[bytes, Known]:
    """Those of many national ids that are registered."""
    rows = await session.execute(_KNOWN, {"hashes": list(hashes)})
    return {bytes(row[0]): Known(*row[1:]) for row in rows}


async def insert(
    session: AsyncSession,
    households: Sequence[NewHousehold],
    citizens: Sequence[NewCitizen],
    import_id: UUID | None,
    now: datetime,
    joining: Joining,
) -> None:
    """Write many households and citizens by COPY, and the citizens' memberships.

    Raises asyncpg.UniqueViolationError for a national id or a ration card taken, asyncpg.ExclusionViolationError for
    somebody who belongs to another household meanwhile.
    """
    await memberships.keep(session)
    connection = await raw(session)
    await connection.copy_records_to_table(
        "household",
        columns=_HOUSEHOLD_COLUMNS,
        records=[
            (
                h.household_id,
                h.governorate,
                h.district,
                h.address,
                h.members,
                import_id,
                now,
                h.ration_card_hash,
                h.ration_card_sealed,
                h.legal_basis,
            )
            for h in households
        ],
    )
    await connection.copy_records_to_table(
        "citizen",
        columns=_CITIZEN_COLUMNS,
        records=[
            (
                c.citizen_id, c.household_id, c.role, c.name_sealed, c.national_id_hash, c.national_id_sealed,
                c.mobile_hash, c.mobile_sealed, c.mobile is not None, c.birth_date, c.sex, import_id, now,
            )
            for c in citizens
            if not c.known
        ],
    )  # fmt: skip
    returning = [c for c in citizens if c.known]
    if returning:
        await session.execute(_ADOPT, [_adoption(c, import_id) for c in returning])
    await memberships.begin(session, [c for c in citizens if not c.known], joining)
    for citizen in returning:  # nobody counts a second time in a month
        _, left_month = await memberships.last(session, citizen.citizen_id)
        first_month = max(joining.first_month, left_month or joining.first_month)
        await memberships.begin(session, [citizen], replace(joining, first_month=first_month))


def _adoption(citizen: NewCitizen, import_id: UUID | None) -> dict[str, object]:
    return {
        "citizen_id": citizen.citizen_id,
        "household_id": citizen.household_id,
        "role": citizen.role,
        "name_sealed": citizen.name_sealed,
        "mobile_hash": citizen.mobile_hash,
        "mobile_sealed": citizen.mobile_sealed,
        "mobile_usable": citizen.mobile is not None,
        "import_id": import_id,
        "mobile_new_until": citizen.mobile_new_until,
    }


async def leave(session: AsyncSession, citizen_id: UUID) -> None:
    """Take a citizen out of the household; the membership is for the caller to end."""
    await memberships.keep(session)
    await session.execute(_LEAVE, {"citizen_id": citizen_id})


async def rename(session: AsyncSession, citizen_id: UUID, name_sealed: bytes) -> None:
    """Give a citizen another name."""
    await session.execute(_RENAME, {"citizen_id": citizen_id, "name_sealed": name_sealed})


async def set_mobile(session: AsyncSession, citizen_id: UUID, fingerprint: bytes | None, sealed: bytes | None) -> None:
    """Give a citizen another mobile, or none."""
    values = {"citizen_id": citizen_id, "hash": fingerprint, "sealed": sealed, "usable": sealed is not None}
    await session.execute(_SET_MOBILE, values)


async def mark_unusable(session: AsyncSession, sent: dict[UUID, datetime]) -> list[tuple[UUID, UUID | None, bytes]]:
    """Mark mobiles that a message sent at the given time could not reach; the citizens whose mobile it still is."""
    rows = await session.execute(_UNUSABLE, {"citizen_id": list(sent), "sent_at": list(sent.values())})
    return [(row.citizen_id, row.household_id, row.name_kept) for row in rows]
