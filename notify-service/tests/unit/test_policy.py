"""Quiet hours, classes, and the life of a message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from notify_service import policy
from notify_service.lifecycle import Retries, Status, receipt, refused

POLICY = policy.load()
CAMPAIGN = POLICY.classes["campaign"].priority
REMINDER = POLICY.classes["reminder"].priority


def test_answers_and_security_leave_before_appointments_before_campaigns() -> None:
    order = sorted(POLICY.classes, key=lambda name: POLICY.classes[name].priority)
    assert set(order[:2]) == {"security", "answer"}
    assert order.index("appointment") < order.index("campaign")
    assert len({kind.priority for kind in POLICY.classes.values()}) == len(order)


@pytest.mark.parametrize(
    ("cairo_hour", "day", "campaign", "reminder"),
    [
        (12, 7, True, True),  # a Wednesday in January: Cairo is UTC+2
        (8, 7, False, True),
        (21, 7, False, True),
        (23, 7, False, False),
        (3, 7, False, False),
        (12, 9, False, True),  # Friday
        (12, 10, False, True),  # Saturday
    ],
)
def test_quiet_hours(cairo_hour: int, day: int, campaign: bool, reminder: bool) -> None:
    instant = datetime(2026, 1, day, cairo_hour, tzinfo=UTC) - timedelta(hours=2)
    allowed = POLICY.open_priorities(instant)
    assert (CAMPAIGN in allowed, REMINDER in allowed) == (campaign, reminder)
    assert POLICY.classes["appointment"].priority in allowed


def test_quiet_rows_are_dated() -> None:
    row = POLICY.quiet[0].model_copy(update={"effective_to": datetime(2026, 1, 6, tzinfo=UTC).date()})
    night = datetime(2026, 1, 6, 21, 30, tzinfo=UTC)  # 23:30 in Cairo
    assert row.covers(night)
    assert not row.covers(night + timedelta(days=1))


def test_quiet_hours_for_a_class_that_does_not_exist_are_refused() -> None:
    raw = POLICY.model_dump(by_alias=True)
    raw["quiet"][0]["classes"] = ["unheard"]
    with pytest.raises(ValidationError, match="unheard"):
        policy.Policy.model_validate(raw)


RETRIES = Retries((timedelta(seconds=30), timedelta(hours=1)), frozenset({"invalid_number"}))


@given(st.integers(1, 10), st.integers(0, 100_000), st.sampled_from(["busy", "invalid_number"]))
def test_a_refused_message_is_tried_in_time_or_ends(attempts: int, left: int, reason: str) -> None:
    verdict = refused(reason, attempts, timedelta(seconds=left), RETRIES)
    if verdict.status is Status.QUEUED:
        assert verdict.try_after is not None
        assert timedelta(0) < verdict.try_after < timedelta(seconds=left)
        assert attempts <= len(RETRIES.after)
    else:
        assert verdict.status is Status.FAILED
    assert verdict.permanent == (reason == "invalid_number")


def test_receipts() -> None:
    assert receipt("delivered", None, RETRIES).status is Status.DELIVERED
    assert receipt("failed", "invalid_number", RETRIES).permanent
    assert receipt("failed", None, RETRIES).reason == "undelivered"
