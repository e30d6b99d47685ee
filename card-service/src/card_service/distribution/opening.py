"""When a site is open: its hours by weekday with breaks, the offices' calendar, closures. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

HOUR: Final = timedelta(hours=1)
HourText = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:00"])]
Weekday = Annotated[int, Field(ge=1, le=7)]


class Break(BaseModel):
    """When a site's counters are shut within its hours."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    begins: HourText
    ends: HourText


class DayHours(BaseModel):
    """A site's hours of an ISO weekday (1 Monday … 7 Sunday), with its breaks, by the clock on the wall."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weekday: Weekday
    opens: HourText
    closes: HourText
    breaks: Annotated[tuple[Break, ...], Field(max_length=6)] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        moments = [self.opens, *(moment for pause in self.breaks for moment in (pause.begins, pause.ends)), self.closes]
        if moments != sorted(set(moments)):
            raise ValueError("breaks lie within the hours, one after the other")
        if not any(_minutes(opens, closes) >= 60 for opens, closes in self.spans):
            raise ValueError("a site is open for an hour at least")
        return self

    @property
    def spans(self) -> list[tuple[time, time]]:
        """From when to when its counters are open."""
        opens = [self.opens, *(pause.ends for pause in self.breaks)]
        closes = [*(pause.begins for pause in self.breaks), self.closes]
        return [(time.fromisoformat(a), time.fromisoformat(b)) for a, b in zip(opens, closes, strict=True)]


def _minutes(opens: time, closes: time) -> int:
    return (closes.hour - opens.hour) * 60 + closes.minute - opens.minute


def _once(week: Sequence[DayHours]) -> Sequence[DayHours]:
    if len({day.weekday for day in week}) < len(week):
        raise ValueError("each weekday is named once")
    return sorted(week, key=lambda day: day.weekday)


Week = tuple[DayHours, ...]
WEEK: Final = TypeAdapter(Week)


def ordered(week: Iterable[DayHours]) -> Week:
    """The days in their order. Raises ValueError where one is named twice."""
    return tuple(_once(list(week)))


def every_day(opens: str, closes: str, weekdays: Iterable[int]) -> Week:
    """The same hours on these weekdays, without a break."""
    return tuple(DayHours(weekday=day, opens=opens, closes=closes) for day in sorted(set(weekdays)))


@dataclass(frozen=True)
class Between:
    """Hours of a day between which offices are open, by the clock on the wall."""

    opens: time = time.min
    closes: time = time.max


Open = Callable[[date], Between | None]
"""When offices may be open on a day; None on a day off."""

Closed = tuple[datetime, datetime]
"""From when to when a site is shut."""


def hours(
    week: Week,
    days: Iterable[date],
    zone: ZoneInfo,
    not_before: datetime,
    offices: Open,
    closed: Sequence[Closed] = (),
) -> list[datetime]:
    """The beginnings (UTC, in order) of a site's whole hours on days, by the clock on its wall.

    An hour that has begun by `not_before`, or that summer time leaves out, is left out here too, and so is what lies
    outside the hours of all `offices`, or touches a time when the site is shut.
    """
    by_weekday = {day.weekday: day.spans for day in week}
    starts: list[datetime] = []
    for day in days:
        spans = by_weekday.get(day.isoweekday(), [])
        between = offices(day) if spans else None
        if between is None:
            continue
        for opens, closes in spans:
            wall = datetime.combine(day, max(opens, between.opens))
            while wall + HOUR <= datetime.combine(day, min(closes, between.closes)):
                start = wall.replace(tzinfo=zone).astimezone(UTC)
                if start >= not_before and start.astimezone(zone).replace(tzinfo=None) == wall:
                    starts.append(start)
                wall += HOUR
    return [start for start in starts if not any(a < start + HOUR and start < b for a, b in closed)]
