"""The calendar of paydays: for which month a batch is, and on which day it is due. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from chassis.months import first_day
from payment_service.errors import ValueDatePast
from payment_service.keys import AFTER, AS_IT_IS, PAYDAY, PAYDAY_ON_REST, PAYDAY_OVERRIDE
from payment_service.payouts.schemas import When
from policybook.book import PolicyBook
from policybook.calendar import rests


def payday(book: PolicyBook, programme: str, month: date) -> date | None:
    """When a programme pays for a month: its own day of the month, or the day to which a feast has moved it.

    Where a row says so a day on which offices rest gives way to the working day before or after it; a day that somebody
    has named stays.
    None where no row says when the programme pays: whenever its batches are approved.
    """
    moved = PAYDAY_OVERRIDE.find(book, month, programme=programme)
    if moved is not None:
        return moved
    day = PAYDAY.find(book, month, programme=programme)
    if day is None:
        return None
    own = month.replace(day=min(day, monthrange(month.year, month.month)[1]))
    return _working(book, own, PAYDAY_ON_REST.find(book, month, programme=programme) or AS_IT_IS)


def _working(book: PolicyBook, day: date, instead: str) -> date:
    """A payday, or the nearest working day before or after it."""
    while instead != AS_IT_IS and rests(book, day):
        day += timedelta(days=1 if instead == AFTER else -1)
    return day


def due(book: PolicyBook, programme: str, when: When, today: date) -> tuple[date, date | None]:
    """The month a batch is for, and the day before which nothing of it is booked (None: at once).

    Raises ValueDatePast for a value date before today. A payday that has passed is no fault: what is late is paid at
    once.
    """
    if when.month is not None:
        month = first_day(when.month)
        return month, payday(book, programme, month)
    if when.value_date is not None and when.value_date < today:
        raise ValueDatePast(f"Today is {today}.", detail_ar="اختر تاريخاً من اليوم فصاعداً.")
    return (when.value_date or today).replace(day=1), when.value_date
