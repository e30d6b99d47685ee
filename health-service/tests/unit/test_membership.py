"""Memberships follow from a set of facts: whatever order they come in, late or doubled."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health_service.rules.membership import ALWAYS, Stay, as_text, covers, stays, uninsured

DAY = date(2026, 11, 7)
LATER = DAY + timedelta(days=30)
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("joined", "left", "listed", "since", "expected"),
    [
        ([], [], True, DAY, ALWAYS),  # entered with the household
        ([], [], None, None, ALWAYS),
        ([], [], False, None, ()),
        ([DAY], [], True, DAY, [Stay(DAY, None)]),
        ([], [DAY], False, None, [Stay(None, DAY)]),
        ([], [DAY], True, date(2020, 1, 1), [Stay(None, DAY)]),  # the list is older than the leaving
        ([DAY], [LATER], False, None, [Stay(DAY, LATER)]),
        ([LATER], [DAY], True, LATER, [Stay(None, DAY), Stay(LATER, None)]),
        ([DAY], [DAY], False, None, []),
        ([], [DAY], True, LATER, [Stay(None, DAY), Stay(LATER, None)]),  # came back, and nobody told when
    ],
)
def test_on_which_days_somebody_belongs(
    joined: list[date], left: list[date], listed: bool | None, since: date | None, expected: list[Stay]
) -> None:
    assert tuple(stays(joined, left, listed, since)) == tuple(expected)


@given(st.lists(days), st.lists(days), st.sampled_from([True, False, None]), st.none() | days, st.randoms())
def test_order_and_repeats_change_nothing(
    joined: list[date], left: list[date], listed: bool | None, since: date | None, chance: object
) -> None:
    once = stays(joined, left, listed, since)
    again = stays([*reversed(joined), *joined], [*left, *reversed(left)], listed, since)
    assert once == again
    assert all(a.end is not None and b.first is not None and a.end <= b.first for a, b in pairwise(once))


@given(st.lists(days), st.lists(days, min_size=1), st.none() | days)
def test_whoever_left_last_and_is_in_no_list_is_no_member_from_that_day(
    joined: list[date], left: list[date], since: date | None
) -> None:
    last = max([*left, *joined])
    found = stays([day for day in joined if day < last], [*left, last], False, since)
    assert not covers(found, last)
    assert not covers(found, last + timedelta(days=400))


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        (None, ()),
        ([], ALWAYS),
        ([(date(2026, 12, 1), None)], ()),  # a newborn is a patient from the day of birth
        ([(date(2020, 1, 1), date(2026, 10, 1))], [Stay(date(2026, 11, 1), None)]),
        (
            [(date(2020, 1, 1), date(2026, 10, 1)), (date(2026, 12, 1), None)],
            [Stay(date(2026, 11, 1), date(2026, 12, 1))],
        ),
        ([(date(2020, 1, 1), date(2026, 10, 1)), (date(2026, 11, 1), None)], ()),  # another basis
    ],
)
def test_on_which_days_a_member_does_not_count(
    spans: list[tuple[date, date | None]] | None, expected: list[Stay]
) -> None:
    assert tuple(uninsured(spans)) == tuple(expected)


def test_how_it_is_kept() -> None:
    assert as_text(ALWAYS) == "{[,)}"
    assert as_text(()) == "{}"
    assert as_text([Stay(None, DAY), Stay(LATER, None)]) == "{[,2026-11-07),[2026-12-07,)}"
