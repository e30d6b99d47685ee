"""Every code of an offline sale's result is a problem's, with a page and words in both languages."""

from __future__ import annotations

from typing import get_args
from uuid import UUID

import pytest

from chassis.refusals import registry
from supply_service.offline.chain import Fault
from supply_service.offline.schemas import SaleResult
from supply_service.rules import floors
from supply_service.rules.late_refusals import BY_CODE, BY_STATUS

FLOORS = (
    floors.HOUSEHOLD_FLOOR, floors.BALANCE, floors.SPELL_SALES, floors.SPELL_AMOUNT, floors.SPELL_TIME,
    floors.PRICES_UNKNOWN, floors.AMOUNT_DIFFERS, floors.UNVERIFIED, floors.TERMINAL_SUSPENDED,
    floors.OUTLET_SUSPENDED, floors.REPEATED, floors.UNMARKED,
)  # fmt: skip


def test_faults_of_the_chain_and_floors_are_among_them() -> None:
    assert set(get_args(Fault)) <= {one.code for one in BY_STATUS["rejected"]}
    assert set(FLOORS) == {one.code for one in BY_STATUS["disputed"]}


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_a_result_says_its_page_and_words(code: str) -> None:
    result = SaleResult(sequence=1, sale_id=UUID(int=1), status="rejected", code=code)
    known = registry()[code]
    assert (result.type, result.title, result.title_ar) == (f"/problems/{code}", known.title(), known.title_ar)
    assert any("\u0600" <= letter <= "\u06ff" for letter in known.title_ar)


def test_what_was_booked_plainly_says_nothing() -> None:
    result = SaleResult(sequence=1, sale_id=UUID(int=1), status="applied")
    assert (result.code, result.type, result.title) == (None, None, None)
