"""Clock of business time: UTC in storage, Africa/Cairo for days and months. Services never ask the machine's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

CAIRO = ZoneInfo("Africa/Cairo")


class Clock:
    """The present, as the business sees it."""

    def now(self) -> datetime:
        """The current instant, aware, UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The current business day in Cairo."""
        return business_day(self.now())


class TrainingClock(Clock):
    """A clock that trainers may move, to rehearse a month in an hour. It goes on ticking from where it was set.

    Only business time moves: tokens, certificates and leases are judged by the machine's clock.
    """

    def __init__(self) -> None:
        """Start at the present."""
        self._ahead = timedelta(0)
        self._version = 0

    def now(self) -> datetime:
        """The present plus the distance the trainer chose."""
        return datetime.now(UTC) + self._ahead

    def move_to(self, instant: datetime | None) -> None:
        """Go on from `instant`, or be the present where it is None: in this process, until it follows a later move."""
        self._ahead = ahead_of_present(instant)

    def follow(self, version: int, ahead: timedelta) -> None:
        """Go on `ahead` of the present. Of two moves the one with the higher version counts, whichever comes last."""
        if version > self._version:
            self._version, self._ahead = version, ahead


def ahead_of_present(instant: datetime | None) -> timedelta:
    """How far an instant is ahead of the present; nothing where it is None."""
    return instant - datetime.now(UTC) if instant else timedelta(0)


@lru_cache(maxsize=256)  # a batch of sales asks for the same instant again and again
def business_day(instant: datetime) -> date:
    """The day in Cairo that an aware instant falls on."""
    return instant.astimezone(CAIRO).date()


def day_begins(day: date) -> datetime:
    """The instant a day begins in Cairo."""
    return datetime.combine(day, time(), CAIRO).astimezone(UTC)


@lru_cache(maxsize=256)
def month_start(day: date) -> date:
    """The first day of the month of `day`: the name of a monthly period."""
    return day.replace(day=1)


def whole_months(since: date, day: date) -> int:
    """How many months have passed since a day, each from its day of the month on."""
    months = (day.year - since.year) * 12 + day.month - since.month - (day.day < since.day)
    return max(0, months)


def months_before(month: date, count: int) -> date:
    """The first day of the month so many months before."""
    year, number = divmod(month.year * 12 + month.month - 1 - count, 12)
    return date(year, number + 1, 1)
