"""Days in Cairo and weeks from Saturday to Friday, as offices count them: in Python, and as parts of statements."""

from __future__ import annotations

from datetime import date
from typing import Final

from chassis.clock import CAIRO

WEEK: Final = 7
_SATURDAY: Final = 6


def week_of(day: date) -> int:
    """The number of a day's week."""
    return (day.toordinal() - _SATURDAY) // WEEK


def week_begins(number: int) -> date:
    """The Saturday of a week."""
    return date.fromordinal(number * WEEK + _SATURDAY)


def day_of(instant: str) -> str:
    """The part of a statement that is the day in Cairo of an instant."""
    return f"CAST({instant} AT TIME ZONE '{CAIRO.key}' AS date)"


def saturday_of(day: str) -> str:
    """The part of a statement that is the Saturday of a day's week."""
    return f"({day} - ((CAST(extract(dow FROM {day}) AS int) + 1) % {WEEK}))"
