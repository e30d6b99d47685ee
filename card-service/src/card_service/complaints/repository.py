"""Every SQL statement of how complaints stand."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement
from contracts.complaints import ComplaintChanged

_KEEP = statement(
    "INSERT INTO complaint_state AS c (complaint_id, governorate, category, state, entered_at, due_at, changed_at)"
    " SELECT DISTINCT ON (r.complaint_id) r.* FROM <rows> ORDER BY r.complaint_id, r.changed_at DESC"
    " ON CONFLICT (complaint_id) DO UPDATE SET governorate = excluded.governorate, category = excluded.category,"
    " state = excluded.state, due_at = excluded.due_at, changed_at = excluded.changed_at"
    " WHERE c.changed_at <= excluded.changed_at",
    complaint_id="uuid",
    governorate="text",
    category="text",
    state="text",
    entered_at="timestamptz",
    due_at="timestamptz",
    changed_at="timestamptz",
)
_NAMES = ("complaint_id", "governorate", "category", "state", "entered_at", "due_at", "changed_at")


async def keep(session: AsyncSession, told: Sequence[ComplaintChanged]) -> None:
    """Keep how complaints stand; what was told later is what holds."""
    await session.execute(_KEEP, {name: [getattr(one, name) for one in told] for name in _NAMES})
