"""Since when a household has drawn nothing, and when that is told. Pure."""

from __future__ import annotations

from datetime import date

from chassis.clock import whole_months


def unused_since(activated_on: date, after_last: date | None) -> date:
    """The first day of the time without a draw: of the month after the last one, or the card's first day."""
    return activated_on if after_last is None else max(after_last, activated_on)


def due(since: date, month: date, months: int) -> bool:
    """Whether so many whole months, or a multiple of them, are full for the first time at the beginning of a month."""
    passed = whole_months(since, month)
    return passed > 0 and passed % months == 0
