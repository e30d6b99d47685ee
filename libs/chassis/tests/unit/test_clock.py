"""Business days and months are those of Cairo, summer time and month ends included."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import CAIRO, Clock, TrainingClock, business_day, month_start


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-01-31T21:59:59", date(2026, 1, 31)),  # winter: two hours ahead
        ("2026-01-31T22:00:00", date(2026, 2, 1)),
        ("2026-06-30T20:59:59", date(2026, 6, 30)),  # summer: three hours ahead
        ("2026-06-30T21:00:00", date(2026, 7, 1)),
        ("2024-02-28T22:00:00", date(2024, 2, 29)),
        ("2024-02-29T22:00:00", date(2024, 3, 1)),
        ("2026-12-31T22:00:00", date(2027, 1, 1)),
    ],
)
def test_day_of_an_instant(instant: str, day: date) -> None:
    assert business_day(utc(instant)) == day


def test_summer_time_begins_at_the_last_friday_of_april() -> None:
    # 24 April 2026, 00:00 local becomes 01:00: the day has 23 hours and no midnight
    assert business_day(utc("2026-04-23T21:59:59")) == date(2026, 4, 23)
    assert business_day(utc("2026-04-23T22:00:00")) == date(2026, 4, 24)
    assert utc("2026-04-23T22:00:00").astimezone(CAIRO).hour == 1
    assert business_day(utc("2026-04-24T20:59:59")) == date(2026, 4, 24)
    assert business_day(utc("2026-04-24T21:00:00")) == date(2026, 4, 25)


def test_summer_time_ends_at_the_last_thursday_of_october() -> None:
    # 29 October 2026, midnight becomes 23:00 once more: that day has 25 hours
    assert business_day(utc("2026-10-29T20:59:59")) == date(2026, 10, 29)
    assert business_day(utc("2026-10-29T21:00:00")) == date(2026, 10, 29)
    assert business_day(utc("2026-10-29T21:59:59")) == date(2026, 10, 29)
    assert business_day(utc("2026-10-29T22:00:00")) == date(2026, 10, 30)


instants = st.integers(0, 20 * 366 * 86400).map(lambda seconds: utc("2020-01-01T00:00:00") + timedelta(seconds=seconds))


@given(instants, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_days_never_go_back(instant: datetime, later: timedelta) -> None:
    assert business_day(instant) <= business_day(instant + later)


@given(st.dates())
def test_month_starts_on_its_first_day(day: date) -> None:
    first = month_start(day)
    assert first.day == 1
    assert (first.year, first.month) == (day.year, day.month)


def test_clock_speaks_utc() -> None:
    now = Clock().now()
    assert now.tzinfo is UTC
    assert Clock().today() in {business_day(now), business_day(now + timedelta(minutes=1))}


def test_training_clock_goes_on_from_where_it_was_set_and_back() -> None:
    clock = TrainingClock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    clock.move_to(utc("2027-03-01T00:00:00"))
    first = clock.now()
    assert timedelta(0) <= first - utc("2027-03-01T00:00:00") < timedelta(seconds=1)
    assert clock.now() >= first
    assert clock.today() == date(2027, 3, 1)
    clock.move_to(None)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_training_clock_keeps_to_the_newer_move_whichever_it_hears_of_last() -> None:
    clock = TrainingClock()
    clock.follow(2, timedelta(days=400))
    clock.follow(1, timedelta(days=30))
    assert abs(clock.now() - datetime.now(UTC) - timedelta(days=400)) < timedelta(seconds=1)
