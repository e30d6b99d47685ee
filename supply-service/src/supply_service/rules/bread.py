"""Bread: so many loaves a person and day, drawn for whole days from today on, each day once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from pydantic import JsonValue

from supply_service.rules.account import NO_UNITS, Pot, days_in_month
from supply_service.rules.figures import Figures
from supply_service.rules.refusals import (
    CrossesMonthEnd,
    DayAlreadyDrawn,
    ProgrammeClosed,
    QuotaExceeded,
    TooManyDays,
)


class DailyRations(NamedTuple):
    """Daily rations of bread as they were taken out of the pot."""

    pot: Pot
    days: tuple[date, ...]
    taken: int
    overdrawn: int = 0
    conflict: str | None = None


def take(pot: Pot, quantity: int, day: date, figures: Figures) -> DailyRations:
    """Take the daily rations of whole days from `day` on. Raises a refusal that names what would be possible."""
    if not pot.daily:
        raise ProgrammeClosed()
    days = days_needed(quantity, pot.daily)
    if _bits(day, 1) & pot.drawn_days:
        left = left_of_day(pot, day, figures)
        if quantity <= left:
            return DailyRations(_part_after(pot, quantity, (day,)), (day,), quantity)
        raise DayAlreadyDrawn(
            f"The bread of {day} was drawn already.",
            detail_ar="سبق صرف حصة هذا اليوم",
            days=[day.isoformat()],
            left_today=left,
            next_day=_next_day(pot, day),
        )
    allowed = days_allowed(pot, day, figures)
    if days > allowed:
        raise TooManyDays(
            f"{quantity} loaves are {days} days; at most {allowed} may be drawn at once.",
            detail_ar=f"يمكن صرف خبز {allowed} يوم فقط في المرة الواحدة",
            allowed_days=allowed,
            allowed_loaves=allowed * pot.daily,
        )
    if day.day + days - 1 > days_in_month(pot.period):
        left = days_in_month(pot.period) - day.day + 1
        raise CrossesMonthEnd(
            f"{left} days are left of this month.",
            detail_ar=f"المتبقي من الشهر {left} يوم فقط",
            allowed_days=left,
            allowed_loaves=left * pot.daily,
        )
    bits = _bits(day, days)
    if bits & pot.drawn_days:
        drawn: list[JsonValue] = [d.isoformat() for d in covered(day, days) if _bits(d, 1) & pot.drawn_days]
        raise DayAlreadyDrawn(
            f"The bread of {', '.join(map(str, drawn))} was drawn already.",
            detail_ar="سبق صرف حصة هذا اليوم",
            days=drawn,
        )
    if quantity > pot.remaining:
        raise QuotaExceeded(
            f"{pot.remaining} loaves are left of this month.",
            detail_ar=f"المتبقي من حصة الشهر {pot.remaining} رغيف",
            remaining=pot.remaining,
        )
    rations = covered(day, days)
    if quantity % pot.daily and figures.parts_of_a_day:
        return DailyRations(_part_after(pot, quantity, rations), rations, quantity)
    return DailyRations(_after(pot, quantity, bits), rations, quantity)


def take_offline(pot: Pot, quantity: int, day: date, most_owed: int) -> DailyRations:
    """Book a sale that has happened already: what does not fit the days still undrawn is overdrawn, up to `most_owed`.

    `taken` and `overdrawn` say how much was booked.
    """
    days = days_needed(quantity, pot.daily) if pot.daily else 1
    fitting = min(days, days_in_month(pot.period) - day.day + 1)
    free = [d for d in covered(day, fitting) if not _bits(d, 1) & pot.drawn_days]
    taken = min(quantity, len(free) * pot.daily, pot.remaining)
    overdrawn = min(quantity - taken, most_owed)
    conflict = None
    if len(free) < fitting and overdrawn:
        conflict = DayAlreadyDrawn.code
    elif overdrawn:
        conflict = QuotaExceeded.code
    bits = sum(_bits(d, 1) for d in free) if taken else 0
    return DailyRations(_after(pot, taken, bits), tuple(free) if taken else (), taken, overdrawn, conflict)


def put_back(pot: Pot, quantity: int, days: tuple[date, ...]) -> Pot:
    """Undo a sale: the loaves return and the days are open again."""
    parts = dict(pot.drawn_units)
    still = 0
    for day, loaves in _by_day(quantity, days, pot.daily):
        part = parts.pop(day.isoformat(), 0) - loaves
        if part > 0:  # the day was drawn in parts, and the others stay
            parts[day.isoformat()] = part
            still |= _bits(day, 1)
    bits = sum(_bits(day, 1) for day in days) & ~still
    return pot._replace(
        remaining=pot.remaining + quantity, drawn_days=pot.drawn_days & ~bits, drawn_units=parts or NO_UNITS
    )


def left_of_day(pot: Pot, day: date, figures: Figures) -> int:
    """Loaves of a day that was drawn in part and may be drawn later on the same day."""
    part = pot.drawn_units.get(day.isoformat(), 0) if figures.parts_of_a_day and pot.drawn_units else 0
    return max(0, min(pot.daily - part, pot.remaining)) if part else 0


def forfeit(pot: Pot, day: date, figures: Figures) -> int:
    """Loaves of the pot that cannot be drawn any more, since their days are over or were drawn in part."""
    first = day.day - 1
    open_days = days_in_month(pot.period) - first - (pot.drawn_days >> first).bit_count()
    beyond = pot.remaining - open_days * pot.daily
    return beyond - left_of_day(pot, day, figures) if beyond > 0 else 0


def of_days_before(today: date, quantity: int, days: tuple[date, ...], daily: int) -> int:
    """Loaves of a draw that were for days before `today`."""
    return sum(loaves for day, loaves in _by_day(quantity, days, daily) if day < today)


def days_allowed(pot: Pot, day: date, figures: Figures) -> int:
    """How many days this household may draw at once today."""
    if day.day > days_in_month(pot.period) - figures.single_days_at_month_end:
        return 1
    return figures.days_per_draw.at(pot.members)


def days_possible(pot: Pot, day: date, figures: Figures) -> int:
    """How many days a sale today could cover: within the rule, the month, and until a day already drawn."""
    most = min(days_allowed(pot, day, figures), days_in_month(pot.period) - day.day + 1)
    possible = 0
    while possible < most and not _bits(day, possible + 1) & pot.drawn_days:
        possible += 1
    return possible


def days_needed(quantity: int, daily: int) -> int:
    """Whole days that so many loaves cover."""
    return -(-quantity // daily)


@lru_cache(maxsize=1024)
def covered(first: date, days: int) -> tuple[date, ...]:
    """The days so many daily rations are for."""
    return tuple(first + timedelta(days=n) for n in range(days))


def drawn_days(pot: Pot) -> list[date]:
    """The days of the month whose bread was drawn."""
    return [d for d in covered(pot.period, days_in_month(pot.period)) if _bits(d, 1) & pot.drawn_days]


def _after(pot: Pot, quantity: int, bits: int) -> Pot:
    return Pot(
        pot.programme,
        pot.period,
        pot.granted,
        pot.remaining - quantity,
        pot.members,
        pot.daily,
        pot.drawn_days | bits,
        pot.drawn_units,
    )


def _part_after(pot: Pot, quantity: int, days: tuple[date, ...]) -> Pot:
    """The pot after a draw that leaves something of its last day, or takes of what one has left."""
    last = days[-1].isoformat()
    part = pot.drawn_units.get(last, 0) + quantity - (len(days) - 1) * pot.daily
    bits = _bits(days[0], len(days))
    return _after(pot, quantity, bits)._replace(drawn_units={**pot.drawn_units, last: part})


def _by_day(quantity: int, days: tuple[date, ...], daily: int) -> Iterator[tuple[date, int]]:
    """The loaves a draw took of each of its days: whole rations, and of the last one what is left."""
    for day in days:
        loaves = min(daily, quantity)
        yield day, loaves
        quantity -= loaves


def _bits(first: date, days: int) -> int:
    return ((1 << days) - 1) << (first.day - 1)


def _next_day(pot: Pot, day: date) -> str | None:
    """The first later day of the month that is still open."""
    for later in covered(day, days_in_month(pot.period) - day.day + 1):
        if not _bits(later, 1) & pot.drawn_days:
            return later.isoformat()
    return None
