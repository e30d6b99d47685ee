"""Every SQL statement of seminars and their invitations."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.readiness.models import Invited, Seminar
from chassis.area import Bound, BoundedStatement
from chassis.ids import new_id
from chassis.isolation import not_aside
from chassis.paging import Paging
from chassis.processing.restrictions import IN_FORCE
from chassis.row_arrays import statement

WORKER: Final = "seminar_invitations"
_SEMINAR = (
    "SELECT seminar_id, title_ar, title_en, governorate, district, place_ar, place_en, starts_at, seats, signed_up,"
    " attended, wanted, invited, state FROM seminar"
)
_CREATE = text(
    "INSERT INTO seminar (seminar_id, title_ar, title_en, governorate, district, place_ar, place_en, starts_at, seats,"
    " created_by, created_at) VALUES (:seminar_id, :title_ar, :title_en, :governorate, :district, :place_ar, :place_en,"
    " :starts_at, :seats, :by, :at)"
)
_FIND = text(f"{_SEMINAR} WHERE seminar_id = :seminar_id")
_LOCK = text(f"{_SEMINAR} WHERE seminar_id = :seminar_id FOR UPDATE")
_LIST = BoundedStatement(
    f"{_SEMINAR} WHERE <bound> AND (CAST(:governorate AS text) IS NULL OR governorate = :governorate)"
    " AND seminar_id > :after ORDER BY seminar_id LIMIT :limit",
    governorate="governorate",
    district="district",
)
_CANCEL = text("UPDATE seminar SET state = 'cancelled', wanted = invited WHERE seminar_id = :seminar_id")
_SIGN_UP = text("UPDATE seminar SET signed_up = signed_up + :people WHERE seminar_id = :seminar_id")
_ATTEND = text("UPDATE seminar SET state = 'held', attended = :attended WHERE seminar_id = :seminar_id")
_WANT = text("UPDATE seminar SET wanted = wanted + :count WHERE seminar_id = :seminar_id")
_DUE = text(
    f"{_SEMINAR} WHERE state = 'planned' AND invited < wanted AND {not_aside(WORKER, 'seminar_id')}"
    " ORDER BY seminar_id LIMIT :limit FOR UPDATE SKIP LOCKED"
)
# Two seminars of a district at once would otherwise both invite the same heads.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('seminar ' || :district, 0))")
_TO_INVITE = text(
    "SELECT z.citizen_id, z.household_id FROM household h JOIN citizen z USING (household_id)"
    " WHERE h.governorate = :governorate AND h.district = :district AND h.trial_id IS NULL AND z.role = 'head'"
    " AND z.life = 'alive' AND z.mobile_usable"
    " AND NOT EXISTS (SELECT FROM seminar_invitation i WHERE i.citizen_id = z.citizen_id"
    " AND i.invited_at > :since) AND NOT EXISTS (SELECT FROM restriction r WHERE r.citizen_id = z.citizen_id"
    f" AND {IN_FORCE.format(day=':today')}) ORDER BY z.citizen_id LIMIT :limit"
)
_INVITE = statement(
    "INSERT INTO seminar_invitation (invitation_id, seminar_id, citizen_id, household_id, invited_at)"
    " SELECT r.invitation_id, r.seminar_id, r.citizen_id, r.household_id, r.invited_at FROM <rows>",
    invitation_id="uuid",
    seminar_id="uuid",
    citizen_id="uuid",
    household_id="uuid",
    invited_at="timestamptz",
)
_COUNT = text(
    "UPDATE seminar SET invited = invited + :count, wanted = CASE WHEN :over THEN invited + :count ELSE wanted END"
    " WHERE seminar_id = :seminar_id"
)
_INVITED = text(
    "SELECT invitation_id, citizen_id, household_id FROM seminar_invitation WHERE seminar_id = :seminar_id"
    " ORDER BY invitation_id"
)


async def create(session: AsyncSession, seminar: Seminar, by: str, at: datetime) -> None:
    """Write a seminar."""
    values = {name: getattr(seminar, name) for name in Seminar.__slots__} | {"by": by, "at": at}
    await session.execute(_CREATE, values)


async def find(session: AsyncSession, seminar_id: UUID, *, lock: bool = False) -> Seminar | None:
    """A seminar by id, its row locked if asked."""
    row = (await session.execute(_LOCK if lock else _FIND, {"seminar_id": seminar_id})).one_or_none()
    return Seminar(*row) if row else None


async def page(session: AsyncSession, bound: Bound, governorate: str | None, page: Paging[UUID]) -> list[Seminar]:
    """The seminars the caller may see, of one governorate if asked, in the order they were entered."""
    asked = {"governorate": governorate} | page.bounds
    return [Seminar(*row) for row in await session.execute(*_LIST.within(bound, asked))]


async def cancel(session: AsyncSession, seminar_id: UUID) -> None:
    """Say that a seminar will not be held; nobody more is invited."""
    await session.execute(_CANCEL, {"seminar_id": seminar_id})


async def sign_up(session: AsyncSession, seminar_id: UUID, people: int) -> None:
    """Promise seats; the seminar's row is locked."""
    await session.execute(_SIGN_UP, {"seminar_id": seminar_id, "people": people})


async def attend(session: AsyncSession, seminar_id: UUID, attended: int) -> None:
    """Write how many came."""
    await session.execute(_ATTEND, {"seminar_id": seminar_id, "attended": attended})


async def want(session: AsyncSession, seminar_id: UUID, count: int) -> None:
    """Order so many more invitations."""
    await session.execute(_WANT, {"seminar_id": seminar_id, "count": count})


async def due(session: AsyncSession, limit: int) -> Sequence[Seminar]:
    """Seminars that invite; the rows locked."""
    return [Seminar(*row) for row in await session.execute(_DUE, {"limit": limit})]


async def to_invite(session: AsyncSession, seminar: Seminar, since: datetime, today: date, limit: int) -> list[Invited]:
    """Heads of the district with a mobile whom no seminar has invited since then; nobody who is restricted."""
    await session.execute(_ONE_AT_A_TIME, {"district": seminar.district})
    values = {
        "governorate": seminar.governorate,
        "district": seminar.district,
        "since": since,
        "today": today,
        "limit": limit,
    }
    return [Invited(new_id(), *row) for row in await session.execute(_TO_INVITE, values)]


async def invite(session: AsyncSession, seminar_id: UUID, who: Sequence[Invited], at: datetime, *, over: bool) -> None:
    """Write who is invited; `over`: there is nobody left to be."""
    values = {
        "invitation_id": [one.invitation_id for one in who],
        "seminar_id": [seminar_id] * len(who),
        "citizen_id": [one.citizen_id for one in who],
        "household_id": [one.household_id for one in who],
        "invited_at": [at] * len(who),
    }
    await session.execute(_INVITE, values)
    await session.execute(_COUNT, {"seminar_id": seminar_id, "count": len(who), "over": over})


async def invited(session: AsyncSession, seminar_id: UUID) -> list[Invited]:
    """Everybody who was invited to a seminar."""
    return [Invited(*row) for row in await session.execute(_INVITED, {"seminar_id": seminar_id})]
