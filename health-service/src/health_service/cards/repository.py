"""Every SQL statement about the copies of cards, citizens and households."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Area
from chassis.row_arrays import statement
from health_service.rules.visits import Card

_PUT_HOUSEHOLDS = statement(
    "INSERT INTO household AS h (household_id, governorate, district, members, revision)"
    " SELECT DISTINCT ON (household_id) household_id, governorate, district, members, revision"
    " FROM <rows>"
    " ORDER BY household_id, revision DESC"
    " ON CONFLICT (household_id) DO UPDATE SET governorate = excluded.governorate, district = excluded.district,"
    " members = excluded.members, revision = excluded.revision"
    " WHERE h.revision < excluded.revision RETURNING household_id",
    household_id="uuid",
    governorate="text",
    district="text",
    members="int",
    revision="int",
)
# With its list of members: the same revision was told without one as well.
_PUT_LISTED = statement(
    "INSERT INTO household AS h (household_id, governorate, district, members, revision, listed_revision, status,"
    " legal_basis, bases) SELECT DISTINCT ON (household_id) household_id, governorate, district, members, revision,"
    " revision, status, legal_basis, CAST(bases AS jsonb)"
    " FROM <rows> ORDER BY household_id, revision DESC"
    " ON CONFLICT (household_id) DO UPDATE SET governorate = CASE WHEN h.revision <= excluded.revision"
    " THEN excluded.governorate ELSE h.governorate END, district = CASE WHEN h.revision <= excluded.revision"
    " THEN excluded.district ELSE h.district END, members = CASE WHEN h.revision <= excluded.revision"
    " THEN excluded.members ELSE h.members END, revision = greatest(h.revision, excluded.revision),"
    " listed_revision = excluded.listed_revision, status = coalesce(excluded.status, h.status),"
    " legal_basis = excluded.legal_basis, bases = excluded.bases"
    " WHERE h.listed_revision < excluded.listed_revision OR (h.listed_revision = excluded.listed_revision"
    " AND (h.district IS NULL OR h.status IS NULL AND excluded.status IS NOT NULL)) RETURNING household_id",
    household_id="uuid",
    governorate="text",
    district="text",
    members="int",
    revision="int",
    status="text",
    legal_basis="text",
    bases="text",
)
# Until the household's own event is here, what the card's says of it holds.
_KNOW_HOUSEHOLDS = statement(
    "INSERT INTO household (household_id, governorate, district, members)"
    " SELECT DISTINCT ON (household_id) household_id, governorate, district, members"
    " FROM <rows> ORDER BY household_id ON CONFLICT DO NOTHING",
    household_id="uuid",
    governorate="text",
    district="text",
    members="int",
)
_ACTIVATE = statement(
    "INSERT INTO card AS c (card_id, household_id, citizen_id, state, health)"
    " SELECT DISTINCT ON (card_id) card_id, household_id, citizen_id, 'active', health"
    " FROM <numbered rows>"
    " ORDER BY card_id, n DESC"
    " ON CONFLICT (card_id) DO UPDATE SET state = CASE c.state WHEN 'closed' THEN 'closed' ELSE 'active' END,"
    " health = excluded.health, citizen_id = excluded.citizen_id",
    card_id="uuid",
    household_id="uuid",
    citizen_id="uuid",
    health="bool",
)
# What is closed is told without the block that came before; late visits are judged by it.
_RESTATE = statement(
    "INSERT INTO card AS c"
    " (card_id, household_id, citizen_id, state, blocked, health, replaced_by, blocked_at, closed_at)"
    " SELECT DISTINCT ON (card_id) card_id, household_id, citizen_id, state, blocked, health, replaced_by, blocked_at,"
    " closed_at FROM <numbered rows>"
    " ORDER BY card_id, n DESC"
    " ON CONFLICT (card_id) DO UPDATE SET citizen_id = excluded.citizen_id,"
    " blocked = CASE excluded.state WHEN 'closed' THEN c.blocked ELSE excluded.blocked END,"
    " health = excluded.health, state = CASE c.state WHEN 'closed' THEN 'closed' ELSE excluded.state END,"
    " replaced_by = coalesce(excluded.replaced_by, c.replaced_by),"
    " blocked_at = CASE excluded.state WHEN 'closed' THEN coalesce(excluded.blocked_at, c.blocked_at)"
    " ELSE excluded.blocked_at END,"
    " closed_at = least(c.closed_at, excluded.closed_at)",
    card_id="uuid",
    household_id="uuid",
    citizen_id="uuid",
    state="text",
    blocked="bool",
    health="bool",
    replaced_by="uuid",
    blocked_at="timestamptz",
    closed_at="timestamptz",
)
_SET_HEALTH = statement(
    "INSERT INTO card (card_id, household_id, state, health)"
    " SELECT DISTINCT ON (card_id) card_id, household_id, 'issued', :on"
    " FROM <rows>"
    " ON CONFLICT (card_id) DO UPDATE SET health = excluded.health",
    card_id="uuid",
    household_id="uuid",
)
_SET_BLOCKED = statement(
    "INSERT INTO card (card_id, household_id, citizen_id, state, blocked, blocked_at)"
    " SELECT DISTINCT ON (card_id) card_id, household_id, citizen_id, 'issued', :on, blocked_at"
    " FROM <rows>"
    " ON CONFLICT (card_id) DO UPDATE SET blocked = excluded.blocked, blocked_at = excluded.blocked_at",
    card_id="uuid",
    household_id="uuid",
    citizen_id="uuid",
    blocked_at="timestamptz",
)
# Closed twice, it is so since the first time.
_CLOSE = text(
    "INSERT INTO card AS c (card_id, household_id, state, replaced_by, closed_at)"
    " VALUES (:card_id, :household_id, 'closed', :by, :at)"
    " ON CONFLICT (card_id) DO UPDATE SET state = 'closed',"
    " replaced_by = coalesce(excluded.replaced_by, c.replaced_by),"
    " closed_at = least(c.closed_at, excluded.closed_at)"
)
_SUCCEED = text(
    "INSERT INTO card AS c (card_id, household_id, citizen_id, state, health)"
    " SELECT :card_id, :household_id, :citizen_id, coalesce((SELECT CASE old.state WHEN 'active' THEN 'active'"
    " ELSE 'issued' END FROM card old WHERE old.card_id = :old_card_id), 'issued'), :health"
    " ON CONFLICT (card_id) DO UPDATE SET health = excluded.health, citizen_id = excluded.citizen_id,"
    " state = CASE WHEN c.state = 'issued' THEN excluded.state ELSE c.state END"
)
_FIND = text(
    "SELECT card_id, household_id, citizen_id, state, blocked, health, blocked_at, closed_at FROM card"
    " WHERE card_id = :card_id"
)
# Of a person who belongs to no household on the day, the one that was heard of last says where.
_PERSON = text(
    "SELECT p.citizen_id, m.household_id, p.birth_year, h.governorate, h.district,"
    " coalesce(m.insured, true) AS insured,"
    " (SELECT o.citizen_id FROM member o WHERE o.household_id = m.household_id AND o.is_head"
    " ORDER BY o.citizen_id LIMIT 1) AS head_id,"
    " EXISTS (SELECT FROM card c WHERE c.household_id = m.household_id AND c.state = 'active' AND NOT c.blocked"
    " AND c.health) AS served"
    " FROM citizen p LEFT JOIN LATERAL (SELECT i.household_id, i.uninsured IS NULL OR NOT i.uninsured"
    " @> CAST(:day AS date) AS insured FROM member i WHERE i.citizen_id = p.citizen_id"
    " AND (i.stays IS NULL OR i.stays @> CAST(:day AS date)) AND (p.died_on IS NULL OR p.died_on > CAST(:day AS date))"
    " ORDER BY i.listed DESC NULLS LAST, i.household_id LIMIT 1) m ON true"
    " LEFT JOIN household h ON h.household_id = coalesce(m.household_id, p.household_id)"
    " WHERE p.citizen_id = :citizen_id"
)
# A card of the household that opens care, the head's before others'.
_PAYING = text(
    "SELECT c.card_id, c.citizen_id FROM card c LEFT JOIN member m ON m.household_id = c.household_id"
    " AND m.citizen_id = c.citizen_id WHERE c.household_id = :household_id AND c.citizen_id IS NOT NULL"
    " AND c.state <> 'closed' ORDER BY c.state = 'active' DESC, coalesce(m.is_head, false) DESC, c.card_id LIMIT 1"
)
_RESIDENCE = text("SELECT governorate, district FROM household WHERE household_id = :household_id")

Columns = Mapping[str, Sequence[object]]


async def put_households(session: AsyncSession, columns: Columns) -> list[UUID]:
    """Households as they are from now on; an older revision changes nothing. Gives those that changed."""
    return list((await session.execute(_PUT_HOUSEHOLDS, dict(columns))).scalars())


async def put_listed(session: AsyncSession, columns: Columns) -> list[UUID]:
    """Households as their newest lists say; an older list changes nothing. Gives those that changed."""
    return list((await session.execute(_PUT_LISTED, dict(columns))).scalars())


async def activate(session: AsyncSession, columns: Columns) -> None:
    """Cards that may be used, and their households."""
    await _know_households(session, columns)
    cards = {name: columns[name] for name in ("card_id", "household_id", "citizen_id", "health")}
    await session.execute(_ACTIVATE, cards)


async def restate(session: AsyncSession, columns: Columns) -> None:
    """Cards as they are, told again, and their households where those are not known."""
    await _know_households(session, columns)
    names = (
        "card_id", "household_id", "citizen_id", "state", "blocked", "health", "replaced_by", "blocked_at",
        "closed_at",
    )  # fmt: skip
    await session.execute(_RESTATE, {name: columns[name] for name in names})


async def _know_households(session: AsyncSession, columns: Columns) -> None:
    names = ("household_id", "governorate", "district", "members")
    await session.execute(_KNOW_HOUSEHOLDS, {name: columns[name] for name in names})


async def set_health(session: AsyncSession, columns: Columns, *, on: bool) -> None:
    """Enable or disable health insurance on cards."""
    await session.execute(_SET_HEALTH, {**columns, "on": on})


async def set_blocked(session: AsyncSession, columns: Columns, *, on: bool) -> None:
    """Block cards, or free them."""
    await session.execute(_SET_BLOCKED, {**columns, "on": on})


async def close(
    session: AsyncSession, card_id: UUID, household_id: UUID, at: datetime, replaced_by: UUID | None = None
) -> None:
    """End a card for good, from an instant on."""
    values = {"card_id": card_id, "household_id": household_id, "at": at, "by": replaced_by}
    await session.execute(_CLOSE, values)


async def succeed(
    session: AsyncSession,
    *,
    old_card_id: UUID,
    card_id: UUID,
    household_id: UUID,
    citizen_id: UUID,
    health: bool,
) -> None:
    """Enter a card that takes another's place; it is active if that one was."""
    values = {
        "old_card_id": old_card_id,
        "card_id": card_id,
        "household_id": household_id,
        "citizen_id": citizen_id,
        "health": health,
    }
    await session.execute(_SUCCEED, values)


async def find(session: AsyncSession, card_id: UUID) -> Card | None:
    """A card, or None."""
    row = (await session.execute(_FIND, {"card_id": card_id})).mappings().one_or_none()
    return Card(**row) if row else None


async def person(session: AsyncSession, citizen_id: UUID, day: date) -> RowMapping | None:
    """A citizen with the household of a day (None: of none), its head, its residence, whether a card opens care."""
    return (await session.execute(_PERSON, {"citizen_id": citizen_id, "day": day})).mappings().one_or_none()


async def residence(session: AsyncSession, household_id: UUID) -> Area | None:
    """Where a household lives, None where it is not known."""
    row = (await session.execute(_RESIDENCE, {"household_id": household_id})).one_or_none()
    return Area(row.governorate, row.district) if row else None


async def paying(session: AsyncSession, household_id: UUID) -> tuple[UUID, UUID] | None:
    """A card of a household that is not closed, with its holder; the active ones and the head's first."""
    row = (await session.execute(_PAYING, {"household_id": household_id})).one_or_none()
    return (row.card_id, row.citizen_id) if row else None
