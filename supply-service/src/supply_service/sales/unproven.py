"""What has gone without a proof today, by terminal and outlet: counted in the process, shared by all now and then.

A sale is judged by what this process knows, so that the hottest rows of all are in no sale's way. Several processes
pass a limit by what they sell within `EVERY_SECONDS` at most.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from supply_service.rules.presence import Gone

EVERY_SECONDS: Final = 2.0
_NOTHING: Final = Gone()
_ADD: Final = """
    INSERT INTO unproven_total AS t (day, place_id, loaves, goods, away)
    SELECT $1::date, place_id, loaves, goods, away FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[])
        AS u (place_id, loaves, goods, away) ORDER BY place_id
    ON CONFLICT (day, place_id) DO UPDATE
    SET loaves = t.loaves + excluded.loaves, goods = t.goods + excluded.goods, away = t.away + excluded.away
"""
_READ: Final = "SELECT place_id, loaves, goods, away FROM unproven_total WHERE day = $1 AND place_id = ANY($2::uuid[])"
_FORGET: Final = "DELETE FROM unproven_total WHERE day < $1"
_KEPT: Final = timedelta(days=31)


class Unproven:
    """The sums of one day. `known` are everybody's as they were last read, `added` this process's own since."""

    def __init__(self) -> None:
        """Nothing has gone yet."""
        self._day: date | None = None
        self._known: dict[UUID, Gone] = {}
        self._added: dict[UUID, Gone] = {}

    def of(self, place_id: UUID) -> Gone:
        """What has gone at a terminal or outlet."""
        added = self._added.get(place_id)
        known = self._known.get(place_id, _NOTHING)
        return known if added is None else _sum(known, added)

    def add(self, day: date, places: tuple[UUID, UUID], gone: Gone) -> None:
        """Count a sale that is in the books, at its terminal and its outlet."""
        if day != self._day:
            self._day, self._known, self._added = day, {}, {}
        for place_id in places:
            self._added[place_id] = _sum(self._added.get(place_id, _NOTHING), gone)

    async def exchange(self, pool: asyncpg.Pool, today: date) -> None:
        """Tell the others what has been added here, and hear what they have."""
        if self._day != today:
            self._day, self._known, self._added = today, {}, {}
        day, added = today, self._added
        places = list({*self._known, *added})
        if added:
            self._added = {}
            self._known = {
                place: _sum(self._known.get(place, _NOTHING), added.get(place, _NOTHING)) for place in places
            }
            columns = [list(column) for column in zip(*added.values(), strict=True)]
            await pool.execute(_ADD, day, list(added), *columns)
        rows = await pool.fetch(_READ, day, places)
        if self._day == day:
            self._known |= {row["place_id"]: Gone(row["loaves"], row["goods"], row["away"]) for row in rows}

    async def begin(self, pool: asyncpg.Pool, today: date) -> None:
        """Know what had gone today before this process started."""
        self._day = today
        rows = await pool.fetch("SELECT place_id, loaves, goods, away FROM unproven_total WHERE day = $1", today)
        self._known = {row["place_id"]: Gone(row["loaves"], row["goods"], row["away"]) for row in rows}


async def forget(pool: asyncpg.Pool, today: date) -> None:
    """Forget the sums of days long over, and what households have had without a proof before today."""
    await pool.execute(_FORGET, today - _KEPT)
    await pool.execute("DELETE FROM unproven WHERE day < $1", today)


def _sum(one: Gone, other: Gone) -> Gone:
    return Gone(one.loaves + other.loaves, one.goods + other.goods, one.away + other.away)
