"""Every SQL statement of the hot list; its rows are written by a trigger of the table of cards.

Both readings take rows and edges of one snapshot, so that no row is deleted between them unseen.
"""

# ruff: noqa: S608 - a part of a statement takes only text of this module
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.hotlist.models import Entry, Position, Read

# The era is that of the cluster and its timeline: either is another after a restore, the second after a failover too.
_EDGES = (
    "(SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon, coalesce((SELECT f.posted FROM hot_list_floor f"
    " WHERE f.governorate = :governorate), '0'::xid8) AS floor, left(md5((SELECT system_identifier::text FROM"
    " pg_control_system()) || left(pg_walfile_name(pg_current_wal_lsn()), 8)), 8) AS era) e"
)


def _read(rows: str) -> str:
    return (
        "SELECT e.era, e.horizon::text AS horizon, e.floor::text AS floor, r.card_id, r.listed,"
        f" r.posted::text AS posted FROM {_EDGES} LEFT JOIN LATERAL (SELECT c.card_id, c.listed, c.posted"
        f" FROM hot_card c WHERE c.governorate = :governorate AND {rows} LIMIT :limit) r ON true"
    )


_CHANGED = text(
    _read(
        "(c.posted, c.card_id) > (CAST(CAST(:posted AS text) AS xid8), CAST(:card_id AS uuid)) AND c.posted < e.horizon"
        " ORDER BY c.posted, c.card_id"
    )
)
_LISTED = text(_read("c.listed AND c.card_id > CAST(:card_id AS uuid) ORDER BY c.card_id"))
# What was closed or went elsewhere so long ago that every credential of it is over. What is blocked stays.
_TAKE_OFF = text(
    "WITH off AS (UPDATE hot_card SET listed = false, posted = DEFAULT, changed_at = DEFAULT"
    " WHERE (governorate, card_id) IN ("
    " SELECT h.governorate, h.card_id FROM hot_card h LEFT JOIN card c USING (card_id)"
    " WHERE h.listed AND h.changed_at < :before AND (c.card_id IS NULL OR c.state IN ('closed', 'replaced', 'expired')"
    "  OR c.governorate <> h.governorate) LIMIT :most) AND listed AND changed_at < :before"
    " RETURNING 1) SELECT count(*) FROM off"
)
_FORGET = text(
    "WITH gone AS (DELETE FROM hot_card WHERE (governorate, card_id) IN ("
    "   SELECT governorate, card_id FROM hot_card WHERE NOT listed AND changed_at < :before LIMIT :most)"
    "  AND NOT listed AND changed_at < :before RETURNING governorate, posted),"
    " floors AS (INSERT INTO hot_list_floor AS f (governorate, posted)"
    "  SELECT governorate, max(posted) FROM gone GROUP BY governorate"
    "  ON CONFLICT (governorate) DO UPDATE SET posted = greatest(f.posted, excluded.posted))"
    " SELECT count(*) FROM gone"
)


async def changed(session: AsyncSession, governorate: str, after: Position, limit: int) -> Read:
    """At most so many changes behind a position, in the order in which they were committed."""
    values = {"governorate": governorate, "posted": str(after.posted), "card_id": after.card_id, "limit": limit}
    return _read_of((await session.execute(_CHANGED, values)).all())


async def listed(session: AsyncSession, governorate: str, after: UUID, limit: int) -> Read:
    """At most so many cards of the list as it stands, by their ids."""
    values = {"governorate": governorate, "card_id": after, "limit": limit}
    return _read_of((await session.execute(_LISTED, values)).all())


async def take_off(session: AsyncSession, before: datetime, most: int) -> int:
    """Take off cards whose credentials are over, by the machine's time since they were listed; how many."""
    return int((await session.execute(_TAKE_OFF, {"before": before, "most": most})).scalar_one())


async def forget(session: AsyncSession, before: datetime, most: int) -> int:
    """Delete rows of cards that have stood off since before an instant; how many."""
    return int((await session.execute(_FORGET, {"before": before, "most": most})).scalar_one())


def _read_of(rows: Sequence[Row[Any]]) -> Read:
    entries = [Entry(row.card_id, row.listed, int(row.posted)) for row in rows if row.card_id is not None]
    return Read(entries, rows[0].era, int(rows[0].horizon), int(rows[0].floor))
