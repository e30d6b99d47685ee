"""The one calendar of working days, public holidays and Ramadan. Pure.

A service takes the keys over (`Keys(needed_from, CALENDAR)`); their rows come with the library (`data/calendar.yaml`),
what a decree names in the course of a year is entered through the API.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from chassis.clock import business_day, day_begins
from policybook import kinds
from policybook.book import PolicyBook
from policybook.keys import Keys

CALENDAR = Keys(needed_from=date.min)

REST, PROVISIONAL, WORKING = "rest", "provisional", "working"
REST_DAYS = CALENDAR.declare("calendar.rest_days", kinds.numbers, "ISO weekdays on which offices rest: 5 is Friday.")
HOLIDAYS = CALENDAR.declare("calendar.holidays", kinds.words, "Public holidays: `10-06` each year, `2027-03-10` once.")
DAY = CALENDAR.declare(
    "calendar.day",
    kinds.one_of(REST, PROVISIONAL, WORKING),
    "A day or span off by its name; `provisional`: reckoned, no decree has named it; `working`: moved to another day.",
    scope=("holiday",),
    needed_for=(),
)
RAMADAN = CALENDAR.declare(
    "calendar.ramadan",
    kinds.one_of("announced", PROVISIONAL),
    "The days of Ramadan; `provisional` where they are reckoned.",
    needed_for=(),
)

# Of the moon: a year in which one of them has no row is a year that nobody has entered.
FEASTS: Final = frozenset({"eid_al_fitr", "eid_al_adha"})


def is_holiday(book: PolicyBook, day: date) -> bool:
    """Whether a day is a public holiday: by a row of its own, else by its date unless a row has moved that one."""
    named = {value for _, value in DAY.each(book, day)}
    if named & {REST, PROVISIONAL}:
        return True
    return WORKING not in named and bool({f"{day:%m-%d}", day.isoformat()} & HOLIDAYS.on(book, day))


def rests(book: PolicyBook, day: date) -> bool:
    """Whether offices rest on a day: the weekly ones and public holidays, as the policies of that day say."""
    return day.isoweekday() in REST_DAYS.on(book, day) or is_holiday(book, day)


def nth_working_day(book: PolicyBook, day: date, days: int) -> date:
    """The day that is so many working days after another, which does not count itself."""
    while days > 0:
        day += timedelta(days=1)
        days -= not rests(book, day)
    return day


def after_working_days(book: PolicyBook, start: datetime, days: int) -> datetime:
    """The end of the day in Cairo that is so many working days after the one of `start`, which does not count."""
    return day_begins(nth_working_day(book, business_day(start), days) + timedelta(days=1))


def in_ramadan(book: PolicyBook, day: date) -> bool:
    """Whether a day is of Ramadan, announced or reckoned."""
    return bool(book.in_force(RAMADAN.name, day))


def known_until(book: PolicyBook, today: date) -> date:
    """The last day of the last year, from today's on, of which both feasts have rows; the end of last year if none."""
    entered = {(scope.get("holiday"), policy_year) for scope, policy_year in _years(book)}
    year = today.year
    while all((feast, year) in entered for feast in FEASTS):
        year += 1
    return date(year - 1, 12, 31)


def provisional_within(book: PolicyBook, today: date, days: int) -> list[date]:
    """The coming days, today's included, of which only a reckoning says that they are holidays."""
    coming = (today + timedelta(days=ahead) for ahead in range(days))
    return [day for day in coming if {value for _, value in DAY.each(book, day)} == {PROVISIONAL}]


def _years(book: PolicyBook) -> Iterator[tuple[dict[str, str], int]]:
    for policy in book.rows(DAY.name):
        if policy.approved_by is not None:
            yield dict(policy.scope), policy.effective_from.year
