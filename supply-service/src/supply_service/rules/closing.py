"""When an outlet's business day is closed by the clock, and which of its days are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from chassis.clock import CAIRO

A_DAY = timedelta(days=1)


class DaySold(NamedTuple):
    """A day of an outlet of which something is not counted yet."""

    day: date
    closed: bool


def due(now: datetime, closes_at: time) -> date:
    """The last day that the clock has closed: yesterday from `closes_at` in Cairo on, the day before until then."""
    here = now.astimezone(CAIRO)
    present = here.date() if here.time() >= closes_at else here.date() - A_DAY
    return present - A_DAY


def to_close(days: Iterable[DaySold], last: date, *, claims: bool = False) -> list[date]:
    """The days up to `last` to be closed, oldest first: each that is open, and `last` for what came in late.

    What came in for a day that was closed, and what was allowed of a dispute (`claims`), counts in the next close.
    """
    found = {sold.day for sold in days if not sold.closed and sold.day <= last}
    if claims or any(sold.closed for sold in days):
        found.add(last)
    return sorted(found)
