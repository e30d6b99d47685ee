"""What people read on the pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api_gateway.signin.pages import as_shown


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2026, 11, 29, 23, 30, tzinfo=UTC), "2026-11-30 01:30"),
        (datetime(2026, 7, 1, 22, 5, tzinfo=UTC), "2026-07-02 01:05"),  # summer time
    ],
)
def test_moments_are_shown_by_the_clock_of_cairo(at: datetime, shown: str) -> None:
    assert as_shown(at) == shown
