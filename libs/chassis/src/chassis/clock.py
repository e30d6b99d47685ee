"""Business time: UTC in storage, Africa/Cairo for days and months. Services never ask the machine's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
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
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """The present plus the offset the trainer chose."""
        return datetime.now(UTC) + self._offset

    def move_to(self, instant: datetime | None) -> None:
        """Go on from `instant`, or back to the present where it is None."""
        self._offset = instant - datetime.now(UTC) if instant else timedelta(0)


def business_day(instant: datetime) -> date:
    """The day in Cairo that an aware instant falls on."""
    return instant.astimezone(CAIRO).date()


def month_start(day: date) -> date:
    """The first day of the month of `day`: the name of a monthly period."""
    return day.replace(day=1)
