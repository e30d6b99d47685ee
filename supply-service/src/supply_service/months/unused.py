"""Households that have drawn nothing for months: told to the register, which proposes and lets a person decide.

Once a month, when sales made offline in the month before are in: a batch of households in one transaction with the mark
of how far it went. A household is told when as many whole months have passed as the policy says, and each time as many
have passed again; never because a job ran twice. Who could not draw (no card of theirs was active, or it is blocked)
is not told.
"""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.clock import business_day, months_before
from chassis.logging import get_logger
from chassis.periodic import Periodic
from contracts.supply import HouseholdUnused
from supply_service.context import Runtime
from supply_service.months.service import present
from supply_service.rules import keys
from supply_service.rules.account import month_after
from supply_service.rules.unused import due, unused_since

log = get_logger(__name__)

EVERY_SECONDS = 3600.0
_BEGIN = text("INSERT INTO unused_search (period, started_at) VALUES (:period, :now) ON CONFLICT (period) DO NOTHING")
_FROM = text("SELECT after FROM unused_search WHERE period = :period AND finished_at IS NULL FOR UPDATE SKIP LOCKED")
_UNTIL = text(
    "UPDATE unused_search SET after = :after, looked_at = looked_at + :looked_at, told = told + :told,"
    " finished_at = :finished_at WHERE period = :period"
)
# Of the months in question the first pot that anything was taken from ends the look, and so does cash that was due, or
# a sale that a grant has paid.
_GRANTED = "g.household_id = h.household_id AND g.remaining < g.granted"
_PAID = "e.household_id = h.household_id AND e.kind = 'cash'"
_TAKEN = "p.household_id = h.household_id AND p.remaining < p.granted"
_NEXT = text(
    "SELECT h.household_id, h.activated_on, NOT EXISTS"
    f" (SELECT FROM pot p WHERE {_TAKEN} AND p.period >= CAST(:first AS date))"
    f" AND NOT EXISTS (SELECT FROM entry e WHERE {_PAID} AND e.period >= CAST(:first AS date))"
    f" AND NOT EXISTS (SELECT FROM grant_pot g WHERE {_GRANTED} AND g.period >= CAST(:first AS date)) AS unused"
    " FROM household h WHERE h.household_id > :after AND NOT h.trial AND h.activated_on <= CAST(:first AS date)"
    " AND EXISTS (SELECT FROM card c WHERE c.household_id = h.household_id AND c.state = 'active' AND c.supply"
    " AND c.blocked_at IS NULL) ORDER BY h.household_id LIMIT :most"
)
_LAST = text(
    f"SELECT h.household_id, greatest((SELECT max(p.period) FROM pot p WHERE {_TAKEN}),"
    f" (SELECT max(e.period) FROM entry e WHERE {_PAID}),"
    f" (SELECT max(date_trunc('month', g.period)::date) FROM grant_pot g WHERE {_GRANTED})) AS period"
    " FROM household h WHERE h.household_id = ANY(CAST(:household_ids AS uuid[]))"
)


class Looked(NamedTuple):
    """A household that may draw; whether it has drawn nothing since the first of the months that count."""

    household_id: UUID
    activated_on: date
    unused: bool


async def run(runtime: Runtime) -> bool | float | None:
    """Look at the next batch of this month's search; the seconds until the one after it, None once there is none."""
    given, now, month = runtime.state.settings, runtime.clock.now(), present(runtime)
    book, day = runtime.state.snapshot.figures.book, business_day(now)
    months = keys.UNUSED_MONTHS.find(book, day)
    if not given.opening_per_second or months is None or day < month + timedelta(days=keys.OFFLINE_DAYS.on(book, day)):
        return None
    began = time.perf_counter()
    async with runtime.sessions() as session, session.begin():
        looked_at = await _batch(session, month, months, given.opening_batch, now)
    if looked_at is None:
        return None
    runtime.wake_relay()
    return max(0.0, looked_at / given.opening_per_second - (time.perf_counter() - began)) or True


async def _batch(session: AsyncSession, month: date, months: int, most: int, now: datetime) -> int | None:
    """Look at so many households; how many, None where all are looked at or another process is at it."""
    await session.execute(_BEGIN, {"period": month, "now": now})
    after = (await session.execute(_FROM, {"period": month})).scalar_one_or_none()
    if after is None:
        return None
    asked = {"first": months_before(month, months), "after": after, "most": most}
    found = [Looked(*row) for row in await session.execute(_NEXT, asked)]
    events = await _told(session, [one for one in found if one.unused], month, months)
    await outbox.add(session, *events)
    finished = len(found) < most
    done = {
        "period": month, "after": found[-1].household_id if found else after, "looked_at": len(found),
        "told": len(events), "finished_at": now if finished else None,
    }  # fmt: skip
    await session.execute(_UNTIL, done)
    if finished:
        log.info("it is known which households draw nothing", month=month.isoformat())
    return len(found)


async def _told(session: AsyncSession, unused: Sequence[Looked], month: date, months: int) -> list[HouseholdUnused]:
    if not unused:
        return []
    rows = await session.execute(_LAST, {"household_ids": [one.household_id for one in unused]})
    last = {row.household_id: month_after(row.period) for row in rows if row.period is not None}
    since = {one.household_id: unused_since(one.activated_on, last.get(one.household_id)) for one in unused}
    return [
        HouseholdUnused(household_id=one, unused_since=day, month=f"{month:%Y-%m}")
        for one, day in since.items()
        if due(day, month, months)
    ]


JOBS = (Periodic("unused_households", run, EVERY_SECONDS),)
