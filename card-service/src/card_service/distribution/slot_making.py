"""Slots are made ahead of whoever takes them, and made anew when hours, closures or the calendar change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.distribution import closure_repository, repository, slots
from card_service.distribution.models import PickupSite
from card_service.distribution.office_days import office_days
from card_service.distribution.opening import hours
from card_service.keys import SLOT_WEEKS
from chassis.clock import CAIRO, day_begins
from chassis.periodic import Periodic

WEEK_DAYS: Final = 7
CHUNK: Final = 20

_DUE = text(
    "SELECT site_id FROM pickup_site WHERE slots_by IS DISTINCT FROM :calendar"
    " AND (ends_on IS NULL OR ends_on >= :today) ORDER BY site_id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED"
)
_STALE = text(
    "SELECT site_id FROM pickup_site WHERE site_id = ANY(CAST(:sites AS uuid[]))"
    " AND slots_by IS DISTINCT FROM :calendar ORDER BY site_id FOR NO KEY UPDATE"
)
_MADE = text(
    "UPDATE pickup_site SET slots_by = :calendar, slots_until = greatest(slots_until, :until) WHERE site_id = :site_id"
)


def _days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=ahead) for ahead in range(count)]


def _window(deps: Dependencies) -> list[date]:
    return _days(deps.today(), deps.figure(SLOT_WEEKS) * WEEK_DAYS)


def calendar_of(deps: Dependencies) -> str:
    """What tells one state of the calendar from another: today, and when offices may be open in the weeks ahead."""
    offices = office_days(deps.policies.book)
    window = _window(deps)
    said = "\n".join(f"{day} {offices(day)}" for day in window)
    return f"{window[0]} {hashlib.sha256(said.encode()).hexdigest()[:16]}"


async def make(session: AsyncSession, deps: Dependencies, site: PickupSite) -> None:
    """Make the slots of the weeks ahead as the site's hours are now; its row is locked.

    Days further ahead, of which a plan has made slots, are made anew too.
    """
    window = _window(deps)
    behind = day_begins(window[-1] + timedelta(days=1))
    later = await slots.days_after(session, site.site_id, behind)
    await _offer(session, deps, site, [*window, *later])
    await session.execute(_MADE, {"site_id": site.site_id, "calendar": calendar_of(deps), "until": window[-1]})


async def ensure(
    session: AsyncSession, deps: Dependencies, sites: Iterable[PickupSite], first: date, days: int
) -> None:
    """See to it that sites have slots of so many days, also where those lie further ahead than slots are made.

    Who comes before the worker has made today's, or made them when the clock was ahead of now, finds them all the same.
    """
    of = list(sites)
    asked = {"sites": [site.site_id for site in of], "calendar": calendar_of(deps)}
    stale = list((await session.execute(_STALE, asked)).scalars())
    for site in (await repository.sites_by_id(session, stale)).values():
        await make(session, deps, site)
    last = first + timedelta(days=days - 1)
    for site in of:
        if site.slots_until is None or last > site.slots_until:
            locked = await repository.find_site(session, site.site_id, lock=True)
            if locked is not None:
                await _offer(session, deps, locked, _days(first, days))


async def _offer(session: AsyncSession, deps: Dependencies, site: PickupSite, days: list[date]) -> None:
    now = deps.now()
    closed = await closure_repository.shut(session, site.site_id, now)
    lasting = [day for day in days if site.ends_on is None or day <= site.ends_on]
    wanted = hours(site.week, lasting, CAIRO, now, office_days(deps.policies.book), closed)
    first, behind = max(now, day_begins(days[0])), day_begins(days[-1] + timedelta(days=1))
    of_days = set(days)
    offered = {
        slot.starts_at: 0
        for slot in await slots.free(session, [site.site_id], first, behind)
        if slot.starts_at.astimezone(CAIRO).date() in of_days
    }
    await slots.offer(session, site.site_id, offered | dict.fromkeys(wanted, site.hourly_capacity))


async def _make_due(runtime: Runtime) -> bool:
    deps = runtime.state.dependencies
    async with runtime.sessions() as session, session.begin():
        asked = {"calendar": calendar_of(deps), "today": deps.today(), "limit": CHUNK}
        due = list((await session.execute(_DUE, asked)).scalars())
        for site in (await repository.sites_by_id(session, due)).values():
            await make(session, deps, site)
    return len(due) == CHUNK


# Each site once a day, and when the calendar of the weeks ahead has changed.
MAKING: Final[Periodic[Runtime]] = Periodic(
    "pickup_slots", _make_due, lambda runtime: runtime.state.dependencies.settings.card_sweep_seconds
)
