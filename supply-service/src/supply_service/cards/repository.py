"""Every SQL statement about the copies of cards and households.

Whatever changes a card or a household raises the household's version, so that a sale decided on the older
picture is not written but decided again.
"""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import business_day
from chassis.row_arrays import statement
from supply_service.cards.statements import household
from supply_service.rules.account import month_before

# Told by a register of before, which tells no sizes by month.
_PUT_HOUSEHOLDS = statement(
    "INSERT INTO household AS h (household_id, governorate, district, members, revision)"
    " SELECT DISTINCT ON (household_id) household_id, governorate, district, members, revision"
    " FROM <rows>"
    " ORDER BY household_id, revision DESC"
    " ON CONFLICT (household_id) DO UPDATE SET governorate = excluded.governorate, district = excluded.district,"
    " members = excluded.members, revision = excluded.revision, version = h.version + 1"
    " WHERE h.revision < excluded.revision",
    household_id="uuid",
    governorate="text",
    district="text",
    members="int",
    revision="int",
)
_ISSUE = statement(
    "INSERT INTO card (card_id, household_id, citizen_id, state)"
    " SELECT DISTINCT ON (card_id) card_id, household_id, citizen_id, 'issued'"
    " FROM <rows>"
    " ON CONFLICT (card_id) DO UPDATE SET citizen_id = excluded.citizen_id",
    card_id="uuid",
    household_id="uuid",
    citizen_id="uuid",
)
# A household counts from the first day on which one of its cards may draw supply.
_ENTITLE = statement(
    "INSERT INTO household AS h (household_id, governorate, district, members, activated_on)"
    " SELECT DISTINCT ON (household_id) household_id, governorate, district, members, activated_on"
    " FROM <rows>"
    " ORDER BY household_id, activated_on NULLS LAST"
    " ON CONFLICT (household_id) DO UPDATE SET activated_on = least(h.activated_on, excluded.activated_on),"
    " version = h.version + 1",
    household_id="uuid",
    governorate="text",
    district="text",
    members="int",
    activated_on="date",
)
_ACTIVATE = statement(
    "INSERT INTO card AS c (card_id, household_id, citizen_id, state, supply, activated_at)"
    " SELECT DISTINCT ON (card_id) card_id, household_id, citizen_id, 'active', supply, activated_at"
    " FROM <numbered rows> ORDER BY card_id, n DESC"
    " ON CONFLICT (card_id) DO UPDATE SET state = CASE c.state WHEN 'closed' THEN 'closed' ELSE 'active' END,"
    " supply = excluded.supply, citizen_id = excluded.citizen_id,"
    " activated_at = least(c.activated_at, excluded.activated_at)",
    card_id="uuid",
    household_id="uuid",
    citizen_id="uuid",
    supply="bool",
    activated_at="timestamptz",
)
# A household that counts already goes on doing so from the day it does: when supply was enabled is not told again.
_RESTATE_HOUSEHOLDS = statement(
    "INSERT INTO household AS h (household_id, governorate, district, members, activated_on)"
    " SELECT DISTINCT ON (household_id) household_id, governorate, district, members, activated_on FROM <rows>"
    " ORDER BY household_id, activated_on NULLS LAST"
    " ON CONFLICT (household_id) DO UPDATE SET activated_on = excluded.activated_on, version = h.version + 1"
    " WHERE h.activated_on IS NULL AND excluded.activated_on IS NOT NULL",
    household_id="uuid",
    governorate="text",
    district="text",
    members="int",
    activated_on="date",
)
# What is closed is told without the block that came before; late sales are judged by it.
_RESTATE = statement(
    "INSERT INTO card AS c"
    " (card_id, household_id, citizen_id, state, supply, activated_at, blocked_at, replaced_by, closed_at)"
    " SELECT DISTINCT ON (card_id) card_id, household_id, citizen_id, state, supply, activated_at, blocked_at,"
    " replaced_by, closed_at FROM <numbered rows> ORDER BY card_id, n DESC"
    " ON CONFLICT (card_id) DO UPDATE SET citizen_id = excluded.citizen_id, supply = excluded.supply,"
    " state = CASE c.state WHEN 'closed' THEN 'closed' ELSE excluded.state END,"
    " disabled_at = CASE WHEN excluded.supply THEN NULL ELSE c.disabled_at END,"
    " blocked_at = CASE excluded.state WHEN 'closed' THEN coalesce(excluded.blocked_at, c.blocked_at)"
    " ELSE excluded.blocked_at END,"
    " activated_at = coalesce(c.activated_at, excluded.activated_at),"
    " replaced_by = coalesce(excluded.replaced_by, c.replaced_by),"
    " closed_at = least(c.closed_at, excluded.closed_at)"
    " WHERE c.state <> 'closed' AND (c.citizen_id, c.supply, c.state, c.blocked_at, c.activated_at IS NULL)"
    " IS DISTINCT FROM (excluded.citizen_id, excluded.supply, excluded.state, excluded.blocked_at,"
    " excluded.activated_at IS NULL) OR c.replaced_by IS DISTINCT FROM coalesce(excluded.replaced_by, c.replaced_by)"
    " OR c.closed_at IS DISTINCT FROM least(c.closed_at, excluded.closed_at)"
    " RETURNING household_id",
    card_id="uuid",
    household_id="uuid",
    citizen_id="uuid",
    state="text",
    supply="bool",
    activated_at="timestamptz",
    blocked_at="timestamptz",
    replaced_by="uuid",
    closed_at="timestamptz",
)
# What is over is kept with from and to; of a state that lasts the card has since when.
_DISABLE = text(
    "INSERT INTO card AS c (card_id, household_id, state, supply, disabled_at)"
    " VALUES (:card_id, :household_id, 'issued', false, CAST(:at AS timestamptz)) ON CONFLICT (card_id) DO UPDATE"
    " SET supply = false, disabled_at = CASE WHEN c.supply THEN excluded.disabled_at ELSE c.disabled_at END"
)
_ENABLE = text(
    "WITH was AS ("
    "  INSERT INTO card_span (card_id, state, began_at, ended_at)"
    "  SELECT card_id, 'disabled', disabled_at, CAST(:at AS timestamptz) FROM card"
    "  WHERE card_id = :card_id AND NOT supply AND disabled_at <= CAST(:at AS timestamptz) ON CONFLICT DO NOTHING"
    ") INSERT INTO card (card_id, household_id, state, supply) VALUES (:card_id, :household_id, 'issued', true)"
    " ON CONFLICT (card_id) DO UPDATE SET supply = true, disabled_at = NULL"
)
_ENTITLE_ACTIVE = text(
    "UPDATE household h SET activated_on = least(h.activated_on, CAST(:day AS date))"
    " WHERE h.household_id = :household_id AND EXISTS"
    " (SELECT FROM card c WHERE c.card_id = :card_id AND c.state = 'active')"
)
_UNBLOCK = text(
    "WITH was AS ("
    "  INSERT INTO card_span (card_id, state, began_at, ended_at)"
    "  SELECT card_id, 'blocked', blocked_at, CAST(:at AS timestamptz) FROM card"
    "  WHERE card_id = :card_id AND blocked_at <= CAST(:at AS timestamptz)"
    "  ON CONFLICT DO NOTHING"
    ") INSERT INTO card (card_id, household_id, state) VALUES (:card_id, :household_id, 'issued')"
    " ON CONFLICT (card_id) DO UPDATE SET blocked_at = NULL"
)
_SET_BLOCKED = text(
    "INSERT INTO card (card_id, household_id, state, blocked_at) VALUES (:card_id, :household_id, 'issued', :at)"
    " ON CONFLICT (card_id) DO UPDATE SET blocked_at = excluded.blocked_at"
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
    "INSERT INTO card AS c (card_id, household_id, citizen_id, state, supply, activated_at)"
    " SELECT :card_id, :household_id, :citizen_id, CASE WHEN old.activated_at IS NULL THEN 'issued' ELSE 'active' END,"
    " :supply, CASE WHEN old.activated_at IS NULL THEN NULL ELSE CAST(:at AS timestamptz) END"
    " FROM (SELECT 1) one LEFT JOIN card old ON old.card_id = :old_card_id"
    " ON CONFLICT (card_id) DO UPDATE SET supply = excluded.supply, citizen_id = excluded.citizen_id,"
    " state = CASE WHEN c.state = 'issued' THEN excluded.state ELSE c.state END,"
    " activated_at = coalesce(c.activated_at, excluded.activated_at)"
)
_LOCK = text(
    "SELECT FROM household WHERE household_id = ANY(CAST(:household_ids AS uuid[])) ORDER BY household_id"
    " FOR NO KEY UPDATE"
)
_TOUCH = text("UPDATE household SET version = version + 1 WHERE household_id = ANY(CAST(:household_ids AS uuid[]))")
HOUSEHOLD = household("CAST(:period AS date)", "CAST(:since AS date)", row="row_to_json({})")
_CARD = text(
    "SELECT c.card_id, c.citizen_id, c.state, c.blocked_at, c.supply, c.activated_at, c.closed_at, c.disabled_at,"
    f" h.governorate, h.district, {HOUSEHOLD}"
    " FROM card c LEFT JOIN household h USING (household_id) WHERE c.card_id = :card_id"
)
_CARD_OF = text(
    "SELECT card_id FROM card WHERE citizen_id = :citizen_id"
    " ORDER BY state = 'closed', activated_at DESC NULLS LAST, card_id DESC LIMIT 1"
)
_SERVED = text(
    f"SELECT {HOUSEHOLD} FROM household h WHERE h.household_id = :household_id AND EXISTS"
    " (SELECT FROM card c WHERE c.household_id = h.household_id AND c.state = 'active' AND c.supply)"
)
# Nothing is sold on the card of somebody who is dead, whatever else is told of it later.
_CLOSE_OF = statement(
    "UPDATE card c SET state = 'closed' FROM <rows>"
    " WHERE c.household_id = r.household_id AND c.citizen_id = r.citizen_id AND c.state <> 'closed'",
    household_id="uuid",
    citizen_id="uuid",
)


async def put_households(session: AsyncSession, columns: Mapping[str, Sequence[object]]) -> None:
    """Households as a register of before tells them; an older revision changes nothing."""
    await session.execute(_PUT_HOUSEHOLDS, dict(columns))


async def issue(session: AsyncSession, columns: Mapping[str, Sequence[object]]) -> None:
    """Cards that were handed over."""
    await session.execute(_ISSUE, dict(columns))


async def activate(session: AsyncSession, columns: Mapping[str, Sequence[object]]) -> None:
    """Cards that may be used, and their households."""
    households = {
        name: columns[name] for name in ("household_id", "governorate", "district", "members", "activated_on")
    }
    cards = {name: columns[name] for name in ("card_id", "household_id", "citizen_id", "supply", "activated_at")}
    await session.execute(_ENTITLE, households)
    await session.execute(_ACTIVATE, cards)


async def restate(session: AsyncSession, columns: Mapping[str, Sequence[object]]) -> None:
    """Cards as they are, told again; decisions under way about households where that changes something are void."""
    names = ("household_id", "governorate", "district", "members", "activated_on")
    await session.execute(_RESTATE_HOUSEHOLDS, {name: columns[name] for name in names})
    own = (
        "card_id", "household_id", "citizen_id", "state", "supply", "activated_at", "blocked_at", "replaced_by",
        "closed_at",
    )  # fmt: skip
    changed = (await session.execute(_RESTATE, {name: columns[name] for name in own})).scalars()
    await touch(session, list(changed))


async def set_supply(session: AsyncSession, card_id: UUID, household_id: UUID, *, on: bool, at: datetime) -> None:
    """Enable or disable supply on a card from an instant on."""
    card = {"card_id": card_id, "household_id": household_id}
    await session.execute(_ENABLE if on else _DISABLE, card | {"at": at})
    if on:
        await session.execute(_ENTITLE_ACTIVE, card | {"day": business_day(at)})


async def block(session: AsyncSession, card_id: UUID, household_id: UUID, at: datetime) -> None:
    """Block a card from an instant on."""
    await session.execute(_SET_BLOCKED, {"card_id": card_id, "household_id": household_id, "at": at})


async def unblock(session: AsyncSession, card_id: UUID, household_id: UUID, at: datetime) -> None:
    """Free a card from an instant on."""
    await session.execute(_UNBLOCK, {"card_id": card_id, "household_id": household_id, "at": at})


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
    supply: bool,
    at: datetime,
) -> None:
    """Enter a card that takes another's place; it is active if that one was."""
    values = {
        "old_card_id": old_card_id,
        "card_id": card_id,
        "household_id": household_id,
        "citizen_id": citizen_id,
        "supply": supply,
        "at": at,
    }
    await session.execute(_SUCCEED, values)


async def lock(session: AsyncSession, household_ids: Sequence[UUID]) -> None:
    """Keep households from changing until the commit; those not known yet nobody else changes."""
    if household_ids:
        await session.execute(_LOCK, {"household_ids": sorted(set(household_ids))})


async def touch(session: AsyncSession, household_ids: Sequence[UUID]) -> None:
    """Void every decision under way about these households."""
    await session.execute(_TOUCH, {"household_ids": sorted(set(household_ids))})


async def find_card(session: AsyncSession, card_id: UUID, period: date) -> RowMapping | None:
    """A card with its household and what that one's pots of a month are or will be of, or None."""
    parameters = {"card_id": card_id, "period": period, "since": month_before(period)}
    return (await session.execute(_CARD, parameters)).mappings().one_or_none()


async def card_of(session: AsyncSession, citizen_id: UUID) -> UUID | None:
    """The card of a citizen that is in use, else the last."""
    return (await session.execute(_CARD_OF, {"citizen_id": citizen_id})).scalar_one_or_none()


async def find_served(session: AsyncSession, household_id: UUID, period: date) -> RowMapping | None:
    """A household with an active card for supply and what its pots of a month are or will be of, or None."""
    parameters = {"household_id": household_id, "period": period, "since": month_before(period)}
    return (await session.execute(_SERVED, parameters)).mappings().one_or_none()


async def close_of(session: AsyncSession, columns: Mapping[str, Sequence[object]]) -> None:
    """Close the cards of people who died."""
    await session.execute(_CLOSE_OF, dict(columns))
