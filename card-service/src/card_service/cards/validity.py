"""Until when a card is good: by the figure of the day on which it was made, whatever the figure becomes. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from card_service.keys import CARD_YEARS, KEYS
from policybook.book import PolicyBook


def expires_on(made: date, years: int) -> date:
    """The last day of a card that was made on a day: the last one of that month, so many years later."""
    year = made.year + years
    return date(year, made.month, monthrange(year, made.month)[1])


def last_day(book: PolicyBook, made: date) -> date:
    """The last day of a card that was made on a day. Raises PolicyMissing."""
    return expires_on(made, CARD_YEARS.on(book, made))


@dataclass(frozen=True, slots=True)
class Made:
    """Cards that were made from a day until before another, and the years for which they are good."""

    since: date
    until: date
    years: int


def periods(book: PolicyBook) -> Iterator[Made]:
    """The days on which cards were or will be made, by the figure that holds then. Raises PolicyMissing."""
    days = sorted({max(row.effective_from, KEYS.needed_from) for row in book.rows(CARD_YEARS.name)})
    for since, until in zip(days, [*days[1:], date.max], strict=True):
        yield Made(since, until, CARD_YEARS.on(book, since))


def made_before(periods: Iterable[Made], today: date) -> date:
    """Before which day every card was made that is over by now, whichever figure it goes by."""
    return date(today.year - min((one.years for one in periods), default=0), today.month, 1)
