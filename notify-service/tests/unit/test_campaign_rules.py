"""States of campaigns, when they are over, and files of recipients."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import CAIRO
from notify_service import POLICIES
from notify_service.campaigns.models import MOVES, Move, Pace, State, comes_to, expected_end
from notify_service.campaigns.rows import read
from notify_service.campaigns.work import LEAST, MOST, TURN_SECONDS, Stride
from notify_service.keys import KEYS
from notify_service.rules import read_rules
from policybook.book import PolicyBook
from policybook.files import read_policies

NOW = datetime(2026, 1, 7, 10, 0, tzinfo=UTC)
OVER = {State.CANCELLED, State.ENDED}


def test_every_state_but_the_last_ones_leads_on_and_every_state_is_reached() -> None:
    assert {state for state, _ in MOVES} == set(State) - OVER
    assert {*MOVES.values(), State.DRAFT} == set(State)


@pytest.mark.parametrize("state", sorted(OVER))
@pytest.mark.parametrize("move", list(Move))
def test_what_is_over_stays_so(state: State, move: Move) -> None:
    assert comes_to(state, move) is None


@given(st.integers(0, 5000), st.floats(0.5, 50), st.integers(1, 2000), st.integers(0, 2000))
def test_the_end_is_when_a_clock_that_goes_on_in_seconds_has_sent_all(
    remaining: int, per_second: float, per_week: int, in_week: int
) -> None:
    """Against the plainest reckoning: every ten minutes send what they allow."""

    def is_open(at: datetime) -> bool:
        return 9 <= at.hour < 21

    ends = expected_end(NOW, NOW, remaining, Pace(per_second, per_week, min(in_week, per_week)), is_open)
    at, left, week_left = NOW, float(remaining), float(per_week - min(in_week, per_week))
    while left > 0.001:
        if at > NOW and (at - NOW) % timedelta(days=7) == timedelta():
            week_left = per_week
        if is_open(at):
            sent = min(left, week_left, 600 * per_second)
            left, week_left = left - sent, week_left - sent
        at += timedelta(minutes=10)
        if at > NOW + timedelta(days=700):
            return
    assert ends is not None
    assert abs(ends - at) <= timedelta(hours=1)


def test_a_campaign_waits_on_holidays_and_nothing_else_does() -> None:
    book = PolicyBook.of(read_policies(POLICIES, KEYS))
    holiday, before = date(2026, 10, 8), date(2026, 10, 7)
    for day, open_ in ((holiday, False), (before, True)):
        rules = read_rules(book, day)
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=CAIRO)
        assert (rules.classes["campaign"].priority in rules.open_priorities(noon)) is open_
        assert rules.classes["security"].priority in rules.open_priorities(noon)


def test_rows_of_a_file_are_read_and_named() -> None:
    one, other = UUID(int=1), UUID(int=2)
    found = read(f"citizen_id\n{one}\nnobody\n{one}\n{other}\n".encode(), "csv", None)
    assert (found.by, [row.id for row in found.named]) == ("citizen_id", [one, other])
    assert found.faults == {3: "recipient_invalid", 4: "recipient_twice"}
    cards = read(b'{"card_id": "%s"}\n{"citizen_id": "x"}\n' % str(one).encode(), "ndjson", None)
    assert (cards.by, [row.id for row in cards.named], cards.faults) == ("card_id", [one], {2: "field_unknown"})


@given(st.floats(1e-6, 0.1))
def test_a_stride_comes_to_what_a_turn_may_take(seconds_each: float) -> None:
    stride = Stride()
    for _ in range(20):
        stride.took(stride.size * seconds_each)
    assert stride.size in {LEAST, MOST} or 0.9 <= stride.size * seconds_each / TURN_SECONDS <= 1
    assert stride.size * seconds_each <= max(TURN_SECONDS, LEAST * seconds_each) * 1.001
