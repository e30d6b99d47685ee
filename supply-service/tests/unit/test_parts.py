"""Which parts of signed lines were booked and which are in dispute: found again by the order alone."""

from __future__ import annotations

from typing import NamedTuple

import hypothesis.strategies as st
import pytest
from hypothesis import given

from supply_service.rules.parts import Part, chosen, parts
from supply_service.rules.refusals import LineUnknown


class Line(NamedTuple):
    programme: str
    item: str
    quantity: int


LINES = st.lists(
    st.builds(Line, st.sampled_from(["goods", "bread_points"]), st.sampled_from(["oil", "sugar"]), st.integers(1, 4)),
    min_size=1,
    max_size=8,
)


@given(signed=LINES, room=st.dictionaries(st.sampled_from(["goods", "bread_points"]), st.integers(0, 12)))
def test_every_line_is_found_again(signed: list[Line], room: dict[str, int]) -> None:
    """As `book_offline` does: a line is booked as far as its programme's balance pays for, oil costs 3, sugar 1."""
    prices = {"oil": 3, "sugar": 1}
    left = dict(room)
    booked: list[Line] = []
    disputed: list[Line] = []
    expected = []
    for line in signed:
        fits = min(line.quantity, left.get(line.programme, 0) // prices[line.item])
        left[line.programme] = left.get(line.programme, 0) - fits * prices[line.item]
        expected.append(Part(len(booked) if fits else None, len(disputed) if fits < line.quantity else None))
        if fits:
            booked.append(line._replace(quantity=fits))
        if fits < line.quantity:
            disputed.append(line._replace(quantity=line.quantity - fits))
    assert parts(signed, booked, disputed) == expected


def test_lines_are_chosen_by_their_places_in_the_signed_sale() -> None:
    of = [Part(0, None), Part(None, 0), Part(1, 1)]
    assert chosen(of, None) == ([0, 1], [0, 1])
    assert chosen(of, [1]) == ([], [0])
    assert chosen(of, [0, 2]) == ([0, 1], [1])
    with pytest.raises(LineUnknown):
        chosen(of, [3])
