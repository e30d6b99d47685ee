"""Publishing retained events once more (rewinding the outbox's cursor); consumers know repeats by their ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Conflict

# A row's day is that on which its transaction began.
_SINCE = text(
    "SELECT count(*) AS events, min(o.id) - 1 AS before, (SELECT max(created_at) FROM outbox) AS newest FROM outbox o"
    " WHERE o.created_at >= :since AND o.created_on >= CAST(CAST(:since AS timestamptz) AT TIME ZONE 'utc' AS date) - 1"
)
# Never forward: what has not been published yet stays ahead.
_REWIND = text("UPDATE outbox_cursor SET id = least(id, :before) RETURNING id")
_AHEAD = text("SELECT count(*) FROM outbox WHERE id > :id")


class NothingToRepublish(Conflict):
    """No event was recorded since that instant"""

    code = "nothing_to_republish"
    title_ar = "لا توجد أحداث مسجلة منذ هذا الوقت"


@dataclass(frozen=True)
class Retained:
    """Retained events since an instant: how many, and the number of the last one before them."""

    events: int
    before: int


async def since(session: AsyncSession, instant: datetime) -> Retained:
    """The events recorded since an instant of real time. Raises NothingToRepublish."""
    found = (await session.execute(_SINCE, {"since": instant})).one()
    if not found.events:
        newest = found.newest.isoformat() if found.newest else "none is retained"
        raise NothingToRepublish(
            f"No event was recorded since {instant.isoformat()}; the newest: {newest}. `since` is an instant of"
            " real time, also where a training system's business time was moved.",
            detail_ar="لا توجد أحداث مسجلة منذ هذا الوقت. اكتب الوقت الفعلي لا وقت التدريب.",
        )
    return Retained(found.events, found.before)


async def republish(session: AsyncSession, instant: datetime) -> int:
    """Have the relay publish the events since an instant again; how many lie ahead of it. Raises NothingToRepublish."""
    retained = await since(session, instant)
    cursor = (await session.execute(_REWIND, {"before": retained.before})).scalar_one()
    return int((await session.execute(_AHEAD, {"id": cursor})).scalar_one())
