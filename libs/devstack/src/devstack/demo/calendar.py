"""The days of a run: the week in which cards are collected and the month in which they are used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CAIRO = ZoneInfo("Africa/Cairo")
SATURDAY = 6


@dataclass(frozen=True, slots=True)
class Calendar:
    """A run's days; the week begins on a Saturday, the month is the first whole one two weeks on.

    What is announced before the week, such as an exclusion, has taken effect before the month.
    """

    week_start: date
    month: date
    days: int

    @classmethod
    def of(cls, week_start: date, days: int | None = None) -> Calendar:
        """The calendar of a run whose week begins on that Saturday; `days` shortens the month."""
        month = following(week_start + timedelta(days=14))
        length = (following(month) - month).days
        return cls(week_start, month, min(days or length, length))

    @property
    def week(self) -> list[date]:
        """The six days on which sites are open."""
        return [self.week_start + timedelta(days=n) for n in range(6)]

    @property
    def month_days(self) -> list[date]:
        """The days that are played."""
        return [self.month + timedelta(days=n) for n in range(self.days)]

    @property
    def outage(self) -> date:
        """The day on which a district's network fails."""
        return self.month_days[len(self.month_days) // 2]

    @property
    def months(self) -> tuple[date, date, date]:
        """The month of the activation, the one that is played, and the one after it, of which a few days are."""
        return (self.month - timedelta(days=1)).replace(day=1), self.month, following(self.month)

    @property
    def newcomers_week(self) -> date:
        """The Saturday from which on those who have become heads of a household fetch their cards."""
        return first_saturday(following(self.month) + timedelta(days=1))

    @property
    def activation(self) -> datetime:
        """When the cohort is activated: the evening before the month."""
        return at(self.month - timedelta(days=1), 20)


def following(day: date) -> date:
    """The first day of the month after the one of that day."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def first_saturday(after: date) -> date:
    """The first Saturday later than that day."""
    return after + timedelta(days=(SATURDAY - after.isoweekday() - 1) % 7 + 1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant on the wall clock in Cairo."""
    return datetime.combine(day, time(hour, minute), tzinfo=CAIRO)
