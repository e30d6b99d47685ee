"""The SQL of a site's cards on a day: how many there are of each part, and which they are.

A number and its list are made of the same words, so that whoever opens the list finds as many in it.
"""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.database import record
from card_service.registry import sealed_names
from card_service.stock.counting import Day
from card_service.stock.models import Lies, Lying, Moved, Movement
from chassis.paging import Paging

# Steps by which cards came to a site or left it; those of trials are no stock.
_MOVES: Final = (
    "SELECT k.step_id, k.card_id, k.at, k.state, k.state = 'in_stock' AS entered FROM card_step k"
    " WHERE k.site_id = :site_id AND k.at < :ends"
    " AND (k.state = 'in_stock') <> (k.state_before IS NOT DISTINCT FROM 'in_stock')"
    " AND NOT EXISTS (SELECT FROM card c JOIN household h USING (household_id)"
    "  WHERE c.card_id = k.card_id AND h.trial_id IS NOT NULL)"
)
_PARTS: Final[Mapping[Moved, str]] = {
    "received": "entered",
    "issued": "NOT entered AND state IN ('issued', 'active')",
    "spoiled": "NOT entered AND state = 'approved'",
    "returned": "NOT entered AND state = 'produced'",
    "ended": "NOT entered AND state IN ('closed', 'replaced', 'expired')",
}
_COUNTS: Final = ", ".join(
    f"count(*) FILTER (WHERE at >= :begins AND {when}) AS {part}" for part, when in _PARTS.items()
)
_PART: Final = " ".join(f"WHEN {when} THEN '{part}'" for part, when in _PARTS.items())
_DAY = text(
    "SELECT count(*) FILTER (WHERE at < :begins AND entered) - count(*) FILTER (WHERE at < :begins AND NOT entered)"
    f" AS opening, {_COUNTS} FROM ({_MOVES}) s"
)
_NAMED: Final = f"z.citizen_id, {sealed_names.column('z')} AS name_kept, c.state"
_OF_CARD: Final = "JOIN card c USING (card_id) JOIN citizen z ON z.citizen_id = c.citizen_id"
_MOVEMENTS = text(
    f"SELECT s.step_id, s.card_id, {_NAMED}, s.at"
    f" FROM (SELECT step_id, card_id, at, CASE {_PART} END AS part FROM ({_MOVES}) m WHERE at >= :begins) s {_OF_CARD}"
    " WHERE s.part = CAST(:part AS text) AND s.step_id > :after"
    " ORDER BY s.step_id LIMIT :limit"
)
_WHICH: Final[Mapping[Lies, str]] = {
    "here": f"SELECT card_id FROM ({_MOVES}) m GROUP BY card_id HAVING sum(CASE WHEN entered THEN 1 ELSE -1 END) > 0",
    "on_the_way": "SELECT k.card_id FROM consignment g JOIN consignment_card k USING (consignment_id)"
    " WHERE g.to_site = :site_id AND g.received_at IS NULL",
    "of_trials": "SELECT t.card_id FROM card t JOIN household h USING (household_id)"
    " WHERE t.site_id = :site_id AND t.state IN ('in_stock', 'ready') AND h.trial_id IS NOT NULL",
}
_LISTS = {
    part: text(
        f"SELECT i.card_id, {_NAMED} FROM ({which}) i {_OF_CARD}"
        " WHERE i.card_id > :after ORDER BY i.card_id LIMIT :limit"
    )
    for part, which in _WHICH.items()
}
_HOW_MANY = {part: text(f"SELECT count(*) FROM ({which}) i") for part, which in _WHICH.items()}


async def day(session: AsyncSession, site_id: UUID, begins: datetime, ends: datetime) -> Day:
    """A site's cards between two instants, by the steps of their lives."""
    values = {"site_id": site_id, "begins": begins, "ends": ends}
    return record(Day, (await session.execute(_DAY, values)).one())


async def movements(
    session: AsyncSession, site_id: UUID, begins: datetime, ends: datetime, part: Moved, page: Paging[UUID]
) -> list[Movement]:
    """The steps that a number of the day counts, in their order."""
    values = {"site_id": site_id, "begins": begins, "ends": ends, "part": part} | page.bounds
    return [Movement(*row) for row in await session.execute(_MOVEMENTS, values)]


async def on_the_way(session: AsyncSession, site_id: UUID) -> int:
    """How many cards are dispatched to a site and not received."""
    return int((await session.execute(_HOW_MANY["on_the_way"], {"site_id": site_id})).scalar_one())


async def of_trials(session: AsyncSession, site_id: UUID) -> int:
    """How many cards of trials lie at a site."""
    return int((await session.execute(_HOW_MANY["of_trials"], {"site_id": site_id})).scalar_one())


async def lying(session: AsyncSession, site_id: UUID, ends: datetime, part: Lies, page: Paging[UUID]) -> list[Lying]:
    """The cards that lie at a site when a day ends, are on their way to it, or of trials; by their ids."""
    values = {"site_id": site_id} | ({"ends": ends} if part == "here" else {}) | page.bounds
    return [Lying(*row) for row in await session.execute(_LISTS[part], values)]
