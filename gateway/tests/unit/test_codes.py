"""Enrolment codes: how they are written and when one is good."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_gateway.terminals.codes import Verdict, judge, normal, spell
from api_gateway.terminals.models import Code
from chassis.ids import new_id

NOW = datetime(2026, 11, 1, tzinfo=UTC)
FRESH = Code(new_id(), "k1", b"", 5, NOW + timedelta(minutes=1), None, "ministry")


@given(st.binary(min_size=32, max_size=32))
def test_a_code_survives_being_typed(random: bytes) -> None:
    code = spell(random)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", code)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert normal(typed) == normal(code)


def test_codes_differ() -> None:
    assert len({spell(bytes([number]) * 32) for number in range(256)}) == 256


@pytest.mark.parametrize(
    ("changes", "matches", "same_key", "verdict"),
    [
        ({}, True, False, Verdict.ACCEPTED),
        ({}, False, False, Verdict.WRONG),
        ({}, False, True, Verdict.WRONG),
        ({"tries_left": 0}, True, False, Verdict.VOID),
        ({"expires_at": NOW}, True, False, Verdict.VOID),
        ({"used_at": NOW}, True, False, Verdict.VOID),
        ({"used_at": NOW}, True, True, Verdict.REPEATED),
        ({"used_at": NOW}, False, True, Verdict.WRONG),
        ({"used_at": NOW, "expires_at": NOW}, True, True, Verdict.VOID),
    ],
)
def test_verdicts(changes: dict[str, object], matches: bool, same_key: bool, verdict: Verdict) -> None:
    code = replace(FRESH, **changes)  # type: ignore[arg-type]
    assert judge(code, matches=matches, same_key=same_key, now=NOW) is verdict


def test_no_code_is_void() -> None:
    assert judge(None, matches=True, same_key=True, now=NOW) is Verdict.VOID
