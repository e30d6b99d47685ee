"""A list held against what was counted."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from card_service.stock.counting import Day, counted

cards = st.frozensets(st.integers(1, 6).map(lambda n: UUID(int=n)))
few = st.integers(0, 20)


@given(cards, cards, cards)
def test_each_card_has_one_outcome_and_none_is_forgotten(
    listed: frozenset[UUID], there: frozenset[UUID], damaged: frozenset[UUID]
) -> None:
    result = counted(listed, there, damaged)
    outcomes = [result.received, result.missing, result.surplus, result.damaged]
    assert sorted(card for outcome in outcomes for card in outcome) == sorted(listed | there | damaged)
    assert set(result.received) | set(result.missing) | set(result.damaged) == listed
    assert not set(result.surplus) & listed
    assert set(result.received) == (listed & there) - damaged


@given(few, few, few, few, few, few)
def test_a_day_closes_with_what_came_less_what_went(
    opening: int, received: int, issued: int, spoiled: int, returned: int, ended: int
) -> None:
    day = Day(opening, received, issued, spoiled, returned, ended)
    assert day.closing == opening + received - issued - spoiled - returned - ended
