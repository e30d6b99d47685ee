"""When a key used from several addresses is used by several devices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api_gateway.terminals.overlap import taking_turns

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


@pytest.mark.parametrize(
    ("uses", "address", "alarms"),
    [
        ({}, "a", False),
        ({"a": at(0)}, "a", False),
        ({"a": at(0)}, "b", False),  # it has moved
        ({"a": at(0), "b": at(10)}, "b", False),
        ({"a": at(0), "b": at(10)}, "c", False),
        ({"a": at(0), "b": at(10)}, "a", True),
        ({"a": at(-50), "b": at(10)}, "a", False),  # long ago: the shop's line is up again
    ],
)
def test_turns(uses: dict[str, datetime], address: str, alarms: bool) -> None:
    assert taking_turns(uses, address, at(20), HOUR) is alarms
