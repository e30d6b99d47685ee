"""Publishing: once a week, for each governorate, what may be shown of the weeks that are over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from card_service.context import Runtime
from card_service.keys import LEAST_CELL, USE_DAYS
from card_service.progress import repository
from card_service.progress.repository import Stock
from card_service.progress.withholding import advanced, stock, total
from card_service.weeks import week_begins, week_of
from chassis.periodic import Periodic

EVERY_SECONDS: Final = 3600.0


def last_week(today: date) -> date:
    """The first day, a Saturday, of the last week that is over."""
    return week_begins(week_of(today) - 1)


async def run(runtime: Runtime) -> bool:
    """Publish the last week of a governorate that it is not published of; whether there was one."""
    deps = runtime.state.dependencies
    today = deps.today()
    week = last_week(today)
    async with runtime.sessions() as session, session.begin():
        governorate = await repository.due(session, week)
        if governorate is None or not await repository.begin(session, governorate, week, deps.now()):
            return False
        least = deps.figure(LEAST_CELL)
        before = (await repository.published(session, governorate)).get(governorate, {})
        after = advanced(before, await repository.counted(session, governorate), week, least)
        for step, series in after.items():
            for batch in series[len(before.get(step, [])) :]:
                await repository.add(session, governorate, step, batch)
        had = (await repository.stocks(session, governorate)).get(governorate)
        count = await repository.used(session, governorate, today - timedelta(days=deps.figure(USE_DAYS)))
        shown = stock(count, had.households if had else None, [total(series) for series in after.values()], least)
        if shown is not None and (had is None or shown != had.households):
            await repository.set_stock(session, governorate, Stock(shown, today))
    return True


PUBLISHING: Final[Periodic[Runtime]] = Periodic("public_progress", run, EVERY_SECONDS)
