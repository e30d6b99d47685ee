"""Request id and trace context: passed on when well formed, made anew when not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import telemetry

GOOD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_good_context_is_kept() -> None:
    telemetry.enter(GOOD, "my-request.1")
    assert telemetry.current_traceparent() == GOOD
    assert telemetry.current_request_id() == "my-request.1"


def test_request_without_id_is_named_after_its_trace() -> None:
    telemetry.enter(GOOD)
    assert telemetry.current_request_id() == "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "",
        GOOD.upper(),
        GOOD + "\n",
        GOOD + "-x",
        "01" + GOOD[2:],
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
    ],
)
def test_bad_trace_is_replaced(bad: str | None) -> None:
    telemetry.enter(bad)
    fresh = telemetry.current_traceparent()
    assert fresh is not None
    assert fresh != bad
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", fresh)


@given(st.text())
def test_request_id_never_breaks_a_header_or_a_log_line(given_id: str) -> None:
    telemetry.enter(GOOD, given_id)
    kept = telemetry.current_request_id()
    assert kept is not None
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,128}", kept)


def test_two_roots_differ() -> None:
    assert telemetry.new_traceparent() != telemetry.new_traceparent()
