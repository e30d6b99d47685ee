"""The calendar: working days by rows, what a decree moves, what is reckoned, and how it compares with a library."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import holidays
import pytest

from chassis.clock import CAIRO
from policybook.book import PolicyBook
from policybook.calendar import (
    CALENDAR,
    DAY,
    RAMADAN,
    after_working_days,
    in_ramadan,
    is_holiday,
    known_until,
    nth_working_day,
    provisional_within,
    rests,
)
from policybook.files import read_policies
from policybook.keys import Keys
from policybook.testing import unread_keys

KEYS = Keys(date(2014, 1, 1), CALENDAR)
YEARS = range(2026, 2031)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> PolicyBook:
    """The library's own rows: the folder says nothing of them."""
    return PolicyBook.of(read_policies(tmp_path_factory.mktemp("policies"), KEYS))


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-12T10:00", 3, "2026-11-18T00:00"),  # Thursday: Sunday, Monday, Tuesday; to the end of Tuesday
        ("2026-11-12T23:59", 3, "2026-11-18T00:00"),
        ("2026-11-13T00:00", 3, "2026-11-18T00:00"),  # a Friday does not count, nor does the day itself
        ("2026-03-18T10:00", 1, "2026-03-25T00:00"),  # the feast of five days
        ("2026-01-22T10:00", 4, "2026-01-29T00:00"),  # the 25th was worked, the 29th is off
        ("2026-01-22T10:00", 5, "2026-02-02T00:00"),
        ("2027-03-08T10:00", 1, "2027-03-15T00:00"),  # only reckoned, and off
        ("2026-12-31T10:00", 1, "2027-01-04T00:00"),
        ("2026-11-12T10:00", 0, "2026-11-13T00:00"),
    ],
)
def test_3_18_working_days(book: PolicyBook, start: str, days: int, end: str) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=CAIRO)
    assert after_working_days(book, begun, days) == datetime.fromisoformat(end).replace(tzinfo=CAIRO)


@pytest.mark.parametrize(
    ("day", "off"),
    [
        ("2026-10-06", False),  # moved by a row
        ("2026-10-08", True),
        ("2027-10-06", True),  # no row has moved it yet
        ("2026-11-13", True),
        ("2026-11-15", False),
    ],
)
def test_a_row_of_its_own_wins(book: PolicyBook, day: str, off: bool) -> None:
    assert rests(book, date.fromisoformat(day)) is off


def test_what_is_off_for_another_reason_stays_off_where_one_is_moved(book: PolicyBook) -> None:
    rows = [row for row in book.policies if row.key == DAY.name and row.scope.get("holiday") == "october_6"]
    feast = rows[0]
    other = type(feast)(
        **{name: getattr(feast, name) for name in feast.__dataclass_fields__}
        | {"scope": {"holiday": "mourning"}, "value": "rest"}
    )
    assert not is_holiday(book, feast.effective_from)
    assert is_holiday(PolicyBook.of([*book.policies, other]), feast.effective_from)


def test_a_year_that_nobody_has_entered_is_told(book: PolicyBook) -> None:
    assert known_until(book, date(2026, 11, 30)) == date(2030, 12, 31)
    without = PolicyBook.of(row for row in book.policies if row.key != DAY.name or row.effective_from.year != 2028)
    assert known_until(without, date(2026, 11, 30)) == date(2027, 12, 31)
    assert known_until(without, date(2028, 5, 1)) == date(2027, 12, 31)  # behind the present: it is negative


def test_what_is_only_reckoned_is_told_when_it_comes_near(book: PolicyBook) -> None:
    assert provisional_within(book, date(2027, 3, 1), 14) == [date(2027, 3, day) for day in (9, 10, 11)]
    assert provisional_within(book, date(2026, 3, 15), 14) == []


# Where our rows and the library's calendar of Egypt differ, and why.
DIFFER = {
    2026: {
        date(2026, 3, 19): "off by decree, the eve of the feast",
        date(2026, 3, 22): "off by decree, the third day of the feast",
        date(2026, 3, 23): "off by decree, a day after it",
    },
    2027: {
        date(2027, 1, 25): "no decree has moved it yet", date(2027, 1, 28): "no decree has moved it yet",
        date(2027, 3, 11): "the third day of the feast",
        date(2027, 4, 25): "no decree has moved it yet", date(2027, 4, 29): "no decree has moved it yet",
        date(2027, 6, 6): "no decree has moved it yet", date(2027, 6, 10): "no decree has moved it yet",
        date(2027, 6, 30): "no decree has moved it yet", date(2027, 7, 1): "no decree has moved it yet",
        date(2027, 10, 6): "no decree has moved it yet", date(2027, 10, 7): "no decree has moved it yet",
    },
    2028: {
        date(2028, 1, 25): "no decree has moved it yet", date(2028, 1, 27): "no decree has moved it yet",
        date(2028, 2, 28): "the third day of the feast",
        date(2028, 4, 25): "no decree has moved it yet", date(2028, 4, 27): "no decree has moved it yet",
        date(2028, 5, 1): "no decree has moved it yet",
        date(2028, 7, 23): "no decree has moved it yet", date(2028, 7, 27): "no decree has moved it yet",
    },
    2029: {
        date(2029, 2, 16): "the third day of the feast",
        date(2029, 5, 1): "no decree has moved it yet", date(2029, 5, 3): "no decree has moved it yet",
        date(2029, 5, 14): "no decree has moved it yet", date(2029, 5, 17): "no decree has moved it yet",
        date(2029, 7, 23): "no decree has moved it yet", date(2029, 7, 26): "no decree has moved it yet",
    },
    2030: {
        date(2030, 2, 6): "the third day of the feast",
        date(2030, 5, 1): "no decree has moved it yet", date(2030, 5, 2): "no decree has moved it yet",
        date(2030, 6, 30): "no decree has moved it yet", date(2030, 7, 4): "no decree has moved it yet",
        date(2030, 7, 23): "no decree has moved it yet", date(2030, 7, 25): "no decree has moved it yet",
        date(2030, 10, 6): "no decree has moved it yet", date(2030, 10, 10): "no decree has moved it yet",
    },
}  # fmt: skip


@pytest.mark.parametrize("year", YEARS)
def test_the_rows_and_the_library_differ_where_it_is_known(book: PolicyBook, year: int) -> None:
    ours = {day for day in days_of(year) if is_holiday(book, day)}
    theirs = set(holidays.country_holidays("EG", years=year))
    assert ours ^ theirs == set(DIFFER[year])


@pytest.mark.parametrize("year", YEARS)
def test_ramadan_ends_before_the_feast(book: PolicyBook, year: int) -> None:
    days = [day for day in days_of(year) if in_ramadan(book, day)]
    assert len(days) in {29, 30}
    feast = min(day for day in holidays.country_holidays("EG", years=year, language="en_US").get_named("Eid al-Fitr"))
    assert days[-1] + timedelta(days=1) == feast


def test_what_depends_on_the_moon_is_announced_or_provisional(book: PolicyBook) -> None:
    moon = {"eid_al_fitr", "eid_al_adha", "islamic_new_year", "mawlid"}
    coming = [row for row in book.rows(DAY.name) if row.scope["holiday"] in moon and row.effective_from.year > 2026]
    assert {row.value for row in coming} == {"provisional"}
    assert {row.value for row in book.rows(RAMADAN.name) if row.effective_from.year > 2026} == {"provisional"}


def test_every_key_is_read() -> None:
    assert not unread_keys(Path(nth_working_day.__code__.co_filename))
