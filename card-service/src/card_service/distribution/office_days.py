"""When pick-up sites may be open: not on public holidays, in Ramadan between its hours. Pure."""

from __future__ import annotations

from datetime import date

from card_service.distribution.opening import Between, Open
from card_service.keys import RAMADAN_HOURS
from policybook.book import PolicyBook
from policybook.calendar import in_ramadan, is_holiday


def office_days(book: PolicyBook) -> Open:
    """What a day lets sites do, by the rows of that day: `opening.hours` takes it."""

    def between(day: date) -> Between | None:
        if is_holiday(book, day):
            return None
        if not in_ramadan(book, day):
            return Between()
        ramadan = RAMADAN_HOURS.on(book, day)
        return Between(ramadan.opens, ramadan.closes)

    return between
