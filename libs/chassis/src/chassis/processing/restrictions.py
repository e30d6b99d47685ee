"""Restriction of processing (Law 151 of 2020): a person's data are held, and not used but where the law wants it.

What terminals do goes on: bread does not stop. Whoever else reads or changes something of the person says what for
(`Purpose`) and under which case (`Case-Number`), and is recorded with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.connections import SqlConnection
from chassis.refusals import Kind, Refusal
from contracts.privacy import ProcessingRestricted

# The condition under which a row `r` of `restriction` holds on the day {day}.
IN_FORCE: Final = "r.lifted_at IS NULL AND r.starts_on <= {day} AND (r.ends_on IS NULL OR r.ends_on > {day})"
_BY_ID: Final = "r.citizen_id = ANY($1::uuid[])"
_BY_CARD: Final = "r.citizen_id IN (SELECT h.citizen_id FROM {holders} h WHERE h.card_id = ANY($2::uuid[]))"
_KEEP = text(
    "INSERT INTO restriction (restriction_id, citizen_id, ground, starts_on, ends_on)"
    " VALUES (:restriction_id, :citizen_id, :ground, :starts_on, :ends_on) ON CONFLICT (restriction_id) DO NOTHING"
)
_LIFT = text(
    "UPDATE restriction SET lifted_at = :at WHERE restriction_id = :restriction_id AND lifted_at IS NULL"
    " RETURNING citizen_id"
)
_OF = text("SELECT * FROM restriction WHERE citizen_id = :citizen_id ORDER BY starts_on DESC, restriction_id DESC")


class ProcessingIsRestricted(Refusal):
    """The use of this person's data is restricted"""

    code = "processing_restricted"
    title_ar = "استخدام بيانات هذا الشخص مقيد"
    kind = Kind.FORBIDDEN


async def restricted(
    connection: SqlConnection, citizens: Sequence[UUID], cards: Sequence[UUID], today: date, holders: str
) -> bool:
    """Whether any of some citizens, or holders of cards, is restricted today. `holders`: the table that knows them."""
    if not (citizens or (cards and holders)):
        return False
    whose = f"({_BY_ID} OR {_BY_CARD.format(holders=holders)})" if holders else f"({_BY_ID} OR $2::uuid[] IS NULL)"
    found = f"SELECT EXISTS (SELECT FROM restriction r WHERE {whose} AND {IN_FORCE.format(day='$3')})"  # noqa: S608
    return bool(await connection.fetchval(found, list(citizens), list(cards), today))


async def keep(session: AsyncSession, told: ProcessingRestricted) -> None:
    """Keep that a person's data are restricted; told again it changes nothing."""
    await session.execute(_KEEP, {name: getattr(told, name) for name in ProcessingRestricted.model_fields})


async def lift(session: AsyncSession, restriction_id: UUID, at: datetime) -> bool:
    """End a restriction; whether one held."""
    return (await session.execute(_LIFT, {"restriction_id": restriction_id, "at": at})).one_or_none() is not None


async def of_citizen(session: AsyncSession, citizen_id: UUID) -> Sequence[Any]:
    """All restrictions of a citizen, those in force and those before, the latest first."""
    return (await session.execute(_OF, {"citizen_id": citizen_id})).all()
