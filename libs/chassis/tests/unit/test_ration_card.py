"""Ration-card numbers: what is one, and marks that two services make alike and nobody else can."""

from __future__ import annotations

import pytest

from chassis.ration_card import RationCardMarks, normalise

KEY = b"k" * 32


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("200123456789", "200123456789"),
        (" 200123456789 ", "200123456789"),
        ("٢٠٠١٢٣٤٥٦٧٨٩", "200123456789"),
        ("\u2066200123456789\u2069", "200123456789"),
        ("000123456789", "000123456789"),
        ("1234", None),
        ("0" * 12, None),
        ("1" * 21, None),
        ("2001 2345", None),
        ("2.00123E+11", None),
        ("200123456789 (Ali)", None),
        ("", None),
    ],
    ids=range(12),
)
def test_what_is_a_number(text: str, number: str | None) -> None:
    assert normalise(text) == number


def test_a_mark_is_the_same_for_whoever_has_the_key_and_tells_nothing_else() -> None:
    mine, its = RationCardMarks(KEY), RationCardMarks(KEY)
    assert mine.mark("200123456789") == its.mark("200123456789")
    assert len(mine.mark("200123456789")) == 43
    assert mine.mark("200123456789") != mine.mark("000123456789") != mine.mark("123456789")
    assert RationCardMarks(b"x" * 32).mark("200123456789") != mine.mark("200123456789")
