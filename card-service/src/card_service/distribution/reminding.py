"""Who comes in the next days is reminded once, so that the hour is not missed."""

# ruff: noqa: S608 - the worker names itself
from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.distribution.models import Reminder
from card_service.keys import REMINDER_DAYS
from chassis import outbox
from chassis.clock import day_begins
from chassis.isolation import Batches, not_aside
from chassis.periodic import Periodic
from contracts.appointments import PickupReminderDue

WORKER: Final = "pickup_reminders"
CHUNK: Final = 1000

_DUE = text(
    "SELECT a.appointment_id, a.card_id, c.citizen_id, c.household_id, a.site_id, s.name_ar, s.name_en, a.starts_at"
    " FROM appointment a JOIN card c USING (card_id) JOIN pickup_site s ON s.site_id = a.site_id"
    " WHERE a.state = 'scheduled' AND NOT a.reminded AND a.starts_at >= :begins AND a.starts_at < :ends"
    f" AND {not_aside(WORKER, 'a.appointment_id')}"
    " ORDER BY a.starts_at, a.appointment_id LIMIT :limit FOR UPDATE OF a SKIP LOCKED"
)
_REMINDED = text("UPDATE appointment SET reminded = true WHERE appointment_id = ANY(CAST(:ids AS uuid[]))")


async def _due(session: AsyncSession, runtime: Runtime, limit: int) -> list[Reminder]:
    deps = runtime.state.dependencies
    tomorrow = deps.today() + timedelta(days=1)
    ends = day_begins(tomorrow + timedelta(days=deps.figure(REMINDER_DAYS)))
    asked = {"begins": day_begins(tomorrow), "ends": ends, "limit": limit}
    return [Reminder(*row) for row in await session.execute(_DUE, asked)]


async def _remind(session: AsyncSession, runtime: Runtime, due: Sequence[Reminder]) -> None:
    await session.execute(_REMINDED, {"ids": [one.appointment_id for one in due]})
    events = [
        PickupReminderDue(
            appointment_id=one.appointment_id,
            card_id=one.card_id,
            citizen_id=one.citizen_id,
            household_id=one.household_id,
            site_id=one.site_id,
            site_name_ar=one.site_name_ar,
            site_name_en=one.site_name_en,
            starts_at=one.starts_at,
        )
        for one in due
    ]
    await outbox.add(session, *events, at=runtime.state.dependencies.now())


REMINDERS = Batches(WORKER, _due, _remind, lambda one: one.appointment_id, lambda _: CHUNK)
REMINDING: Final[Periodic[Runtime]] = Periodic(
    REMINDERS.worker, REMINDERS.run, lambda runtime: runtime.state.dependencies.settings.card_sweep_seconds
)
