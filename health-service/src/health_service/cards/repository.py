"""Every SQL statement about the copies of cards, citizens and households."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement
from health_service.rules.visits import Card

_PUT_HOUSEHOLDS = statement(
    "INSERT INTO household AS h (household_id, governorate, members, revision)"
    " SELECT DISTINCT ON (household_id) household_id, governorate, members, revision"
    " FROM <rows>"
    " ORDER BY household_id, revision DESC"
    " ON CONFLICT (household_id) DO UPDATE SET governorate = excluded.governorate, members = excluded.members,"
    " revision = excluded.revision WHERE h.revision < excluded.revision RETURNING household_id",
    household_id="uuid",
    governorate="text",
    members="int",
    revision="int",
)
_PUT_CITIZENS = statement(
    "INSERT INTO citizen (citizen_id, household_id, is_head, birth_year)"
    " SELECT DISTINCT ON (citizen_id) citizen_id, household_id, is_head, birth_year"
    " FROM <numbered rows>"
    " ORDER BY citizen_id, n DESC"
    " ON CONFLICT (citizen_id) DO UPDATE SET household_id = excluded.household_id, is_head = excluded.is_head,"
    " birth_year = excluded.birth_year",
    citizen_id="uuid",
    household_id="uuid",
    is_head="bool",
    birth_year="smallint",
)
# Until the household's own event is here, what the card's says of it holds.
_KNOW_HOUSEHOLDS = statement(
    "INSERT INTO household (household_id, governorate, members)"
    " SELECT DISTINCT ON (household_id) household_id, governorate, members"
    " FROM <rows> ORDER BY household_id ON CONFLICT DO NOTHING",
    household_id="uuid",
    governorate="text",
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
_RESTATE = statement(
    "INSERT INTO card AS c (card_id, household_id, citizen_id, state, blocked, health, replaced_by)"
    " SELECT DISTINCT ON (card_id) card_id, household_id, citizen_id, state, blocked, health, replaced_by"
    " FROM <numbered rows>"
    " ORDER BY card_id, n DESC"
    " ON CONFLICT (card_id) DO UPDATE SET citizen_id = excluded.citizen_id, blocked = excluded.blocked,"
    " health = excluded.health, state = CASE c.state WHEN 'closed' THEN 'closed' ELSE excluded.state END,"
    " replaced_by = coalesce(excluded.replaced_by, c.replaced_by)",
    card_id="uuid",
    household_id="uuid",
    citizen_id="uuid",
    state="text",
    blocked="bool",
    health="bool",
    replaced_by="uuid",
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
    "INSERT INTO card (card_id, household_id, citizen_id, state, blocked)"
    " SELECT DISTINCT ON (card_id) card_id, household_id, citizen_id, 'issued', :on"
    " FROM <rows>"
    " ON CONFLICT (card_id) DO UPDATE SET blocked = excluded.blocked",
    card_id="uuid",
    household_id="uuid",
    citizen_id="uuid",
)
_CLOSE = text(
    "INSERT INTO card AS c (card_id, household_id, state, replaced_by) VALUES (:card_id, :household_id, 'closed', :by)"
    " ON CONFLICT (card_id) DO UPDATE SET state = 'closed', replaced_by = coalesce(excluded.replaced_by, c.replaced_by)"
)
_SUCCEED = text(
    "INSERT INTO card AS c (card_id, household_id, citizen_id, state, health)"
    " SELECT :card_id, :household_id, :citizen_id, coalesce((SELECT CASE old.state WHEN 'active' THEN 'active'"
    " ELSE 'issued' END FROM card old WHERE old.card_id = :old_card_id), 'issued'), :health"
    " ON CONFLICT (card_id) DO UPDATE SET health = excluded.health, citizen_id = excluded.citizen_id,"
    " state = CASE WHEN c.state = 'issued' THEN excluded.state ELSE c.state END"
)
_FIND = text("SELECT card_id, household_id, citizen_id, state, blocked, health FROM card WHERE card_id = :card_id")
_MEMBERS = text(
    "SELECT citizen_id, is_head, birth_year FROM citizen WHERE household_id = :household_id"
    " ORDER BY is_head DESC, citizen_id"
)
_PERSON = text(
    "SELECT p.citizen_id, p.household_id, p.birth_year, h.governorate,"
    " (SELECT m.citizen_id FROM citizen m WHERE m.household_id = p.household_id AND m.is_head"
    " ORDER BY m.citizen_id LIMIT 1) AS head_id,"
    " EXISTS (SELECT FROM card c WHERE c.household_id = p.household_id AND c.state = 'active' AND NOT c.blocked"
    " AND c.health) AS served"
    " FROM citizen p LEFT JOIN household h USING (household_id) WHERE p.citizen_id = :citizen_id"
)
_GOVERNORATE = text("SELECT governorate FROM household WHERE household_id = :household_id")

Columns = Mapping[str, Sequence[object]]


async def put_households(session: AsyncSession, columns: Columns) -> list[UUID]:
    """Households as they are from now on; an older revision changes nothing. Gives those that changed."""
    return list((await session.execute(_PUT_HOUSEHOLDS, dict(columns))).scalars())


async def put_citizens(session: AsyncSession, columns: Columns) -> None:
    """Citizens as members of their households."""
    await session.execute(_PUT_CITIZENS, dict(columns))


async def activate(session: AsyncSession, columns: Columns) -> None:
    """Cards that may be used, and their households."""
    await session.execute(
        _KNOW_HOUSEHOLDS, {name: columns[name] for name in ("household_id", "governorate", "members")}
    )
    cards = {name: columns[name] for name in ("card_id", "household_id", "citizen_id", "health")}
    await session.execute(_ACTIVATE, cards)


async def restate(session: AsyncSession, columns: Columns) -> None:
    """Cards as they are, told again, and their households where those are not known."""
    await session.execute(
        _KNOW_HOUSEHOLDS, {name: columns[name] for name in ("household_id", "governorate", "members")}
    )
    names = ("card_id", "household_id", "citizen_id", "state", "blocked", "health", "replaced_by")
    await session.execute(_RESTATE, {name: columns[name] for name in names})


async def set_health(session: AsyncSession, columns: Columns, *, on: bool) -> None:
    """Enable or disable health insurance on cards."""
    await session.execute(_SET_HEALTH, {**columns, "on": on})


async def set_blocked(session: AsyncSession, columns: Columns, *, on: bool) -> None:
    """Block cards, or free them."""
    await session.execute(_SET_BLOCKED, {**columns, "on": on})


async def close(session: AsyncSession, card_id: UUID, household_id: UUID, replaced_by: UUID | None = None) -> None:
    """End a card for good."""
    await session.execute(_CLOSE, {"card_id": card_id, "household_id": household_id, "by": replaced_by})


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


async def members(session: AsyncSession, household_id: UUID) -> Sequence[RowMapping]:
    """The members of a household, its head first."""
    return (await session.execute(_MEMBERS, {"household_id": household_id})).mappings().all()


async def person(session: AsyncSession, citizen_id: UUID) -> RowMapping | None:
    """A citizen with household, its head, its governorate, and whether one of its cards opens care."""
    return (await session.execute(_PERSON, {"citizen_id": citizen_id})).mappings().one_or_none()


async def governorate(session: AsyncSession, household_id: UUID) -> str | None:
    """Where a household lives, None where it is not known."""
    found: str | None = (await session.execute(_GOVERNORATE, {"household_id": household_id})).scalar_one_or_none()
    return found
