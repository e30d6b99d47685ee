"""Quiet hours, classes, and the life of a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from chassis.clock import CAIRO
from notify_service import POLICIES, keys
from notify_service.keys import KEYS
from notify_service.messages.lifecycle import Status, receipt, refused
from notify_service.rules import Retries, read_rules
from policybook.book import PolicyBook, PolicyInvalid
from policybook.files import read_policies
from policybook.testing import unread_keys

ROWS = read_policies(POLICIES, KEYS)
POLICY = read_rules(PolicyBook.of(ROWS), date(2026, 1, 14))  # no holiday
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


def test_every_declared_key_is_read_and_every_row_is_read_or_on_record() -> None:
    assert not unread_keys(Path(keys.__file__))
    assert {row.key for row in ROWS if KEYS.reads(row)} == {key.name for key in KEYS}


def test_quiet_hours_are_dated() -> None:
    book = PolicyBook.of(
        replace(row, effective_to=date(2026, 1, 6)) if row.key == "message.quiet_hours" else row for row in ROWS
    )
    night = datetime(2026, 1, 6, 21, 30, tzinfo=UTC)  # 23:30 in Cairo
    later = night + timedelta(days=1)
    assert REMINDER not in read_rules(book, night.date()).open_priorities(night)
    assert REMINDER in read_rules(book, later.date()).open_priorities(later)


@pytest.mark.parametrize(
    ("cairo", "reminder"),
    [
        ("2026-03-10T23:30", True),  # Ramadan: awake
        ("2026-03-11T03:00", False),
        ("2026-03-11T09:00", False),  # and late
        ("2026-03-11T12:00", True),
        ("2026-03-24T23:30", False),  # over
        ("2026-03-25T09:00", True),
    ],
)
def test_quiet_hours_in_ramadan(cairo: str, reminder: bool) -> None:
    instant = datetime.fromisoformat(cairo).replace(tzinfo=CAIRO)
    assert (REMINDER in read_rules(PolicyBook.of(ROWS), instant.date()).open_priorities(instant)) is reminder


@pytest.mark.parametrize("key", ["message.quiet_hours", "inbound.keywords"])
def test_a_row_for_a_class_or_topic_that_does_not_exist_is_refused(key: str) -> None:
    row = next(row for row in ROWS if row.key == key)
    for scope in (dict.fromkeys(row.scope, "unheard"), {}):
        with pytest.raises(PolicyInvalid, match="no class of messages or topic"):
            read_rules(PolicyBook.of([*ROWS, replace(row, scope=scope)]), date(2026, 1, 7))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("message.class", {"priority": -1, "essential": True, "valid_hours": 1}, "priority"),
        ("message.class", {"priority": 1, "essential": True, "valid_hours": 1, "typo": 1}, "typo"),
        ("message.quiet_hours", {"from": "22:00", "to": "08:00", "weekdays": ["someday"]}, "weekdays"),
        ("inbound.answer_within_seconds", 0, "1 or more"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(key: str, value: JsonValue, words: str) -> None:
    row = next(row for row in ROWS if row.key == key)
    fault = KEYS.fault(replace(row, value=value), on_record=False)
    assert fault is not None
    assert words in fault


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
