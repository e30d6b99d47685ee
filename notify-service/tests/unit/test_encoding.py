"""The part count against domain rules: 160/153 septets, 70/67 UTF-16 units."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify_service.templates.encoding import Encoding, compact, measure

ARABIC = st.text(alphabet=st.characters(min_codepoint=0x0621, max_codepoint=0x064A), min_size=1, max_size=400)


@pytest.mark.parametrize(
    ("text", "encoding", "parts"),
    [
        ("", Encoding.GSM7, 1),
        ("a" * 160, Encoding.GSM7, 1),
        ("a" * 161, Encoding.GSM7, 2),
        ("a" * 306, Encoding.GSM7, 2),
        ("a" * 307, Encoding.GSM7, 3),
        ("€" * 80, Encoding.GSM7, 1),
        ("€" * 81, Encoding.GSM7, 2),
        ("a" * 152 + "€" * 80, Encoding.GSM7, 3),  # an escape does not fit into the last septet of a part
        ("ر" * 70, Encoding.UCS2, 1),
        ("ر" * 71, Encoding.UCS2, 2),
        ("ر" * 134, Encoding.UCS2, 2),
        ("ر" * 135, Encoding.UCS2, 3),
        ("a" * 69 + "ر", Encoding.UCS2, 1),
        ("a" * 70 + "ر", Encoding.UCS2, 2),
        ("١٢٣", Encoding.UCS2, 1),
        ("😀" * 35, Encoding.UCS2, 1),
        ("😀" * 36, Encoding.UCS2, 2),
    ],
)
def test_known_lengths(text: str, encoding: Encoding, parts: int) -> None:
    length = measure(text)
    assert (length.encoding, length.parts) == (encoding, parts)


@given(ARABIC)
def test_arabic_follows_the_formula(text: str) -> None:
    units = len(text)
    expected = 1 if units <= 70 else math.ceil(units / 67)
    assert (measure(text).encoding, measure(text).units, measure(text).parts) == (
        Encoding.UCS2,
        units,
        expected,
    )


@given(st.text(max_size=500))
def test_a_longer_text_never_takes_fewer_parts(text: str) -> None:
    assert measure(text).parts <= measure(text + "a").parts
    assert measure(text).parts <= measure(text + "ر").parts


@given(st.text(alphabet="abc €[]{}", max_size=700))
def test_gsm_parts_hold_all_septets_and_waste_at_most_one_each(text: str) -> None:
    length = measure(text)
    if length.parts > 1:
        assert 152 * (length.parts - 1) < length.units <= 153 * length.parts


@given(st.text(max_size=300))
def test_compact_never_costs_more_and_is_stable(text: str) -> None:
    short = compact(text)
    assert measure(short).parts <= measure(text).parts
    assert compact(short) == short
    assert "\n" not in short


def test_compact_drops_what_cannot_be_seen_or_heard() -> None:
    assert compact("مكتـــب  بَرِيدُ\n\u200fبورسعيد ") == "مكتب بريد بورسعيد"
