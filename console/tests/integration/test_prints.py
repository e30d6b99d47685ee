"""Lists asked for on paper: the last request of a day is known, and an old one is forgotten."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from chassis.ids import new_id
from staff_console.sites import prints

from .conftest import Desk


async def test_a_request_is_kept_by_site_and_day_and_forgotten_after_a_year(desk: Desk) -> None:
    pool, site, day = desk.console.state.context.pool, new_id(), date(2026, 12, 1)
    first = datetime(2026, 12, 1, 6, tzinfo=UTC)
    for minutes in (0, 30, 10):
        await prints.requested(pool, "person:x", site, day, first + timedelta(minutes=minutes))
    assert await prints.last(pool, site, day) == first + timedelta(minutes=30)
    assert await prints.last(pool, site, date(2026, 12, 2)) is None
    assert await prints.last(pool, new_id(), day) is None
    await prints.forget(pool, first + timedelta(days=365))
    assert await prints.last(pool, site, day) is not None
    await prints.forget(pool, first + timedelta(days=367))
    assert await prints.last(pool, site, day) is None


async def test_nobody_asks_for_paper_of_what_they_do_not_see(desk: Desk) -> None:
    browser, site = await desk.signed_in("rollout-planner"), new_id()
    await browser.get("/console/handover")
    answer = await browser.post(f"/console/today/{site}/print", day="2026-12-01")
    assert answer.status_code == 503  # the service is away here, and is asked first
    assert (await browser.post(f"/console/today/{site}/print", day="x")).status_code == 404
    assert await prints.last(desk.console.state.context.pool, site, date(2026, 12, 1)) is None
    await browser.client.aclose()
