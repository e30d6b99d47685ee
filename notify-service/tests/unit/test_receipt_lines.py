"""Notices as receipts print them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from notify_service.receipt_notices.printing import length, lines_of

WORDS = st.lists(st.text(alphabet="ابتثجحخدabc", min_size=1, max_size=12), min_size=1, max_size=40)


@given(WORDS, st.integers(12, 40))
def test_lines_hold_every_word_in_its_order_and_no_line_has_more_letters(words: list[str], letters: int) -> None:
    lines = lines_of(" ".join(words), letters)
    assert " ".join(lines).split() == words
    assert all(length(line) <= letters for line in lines)
    for line, after in pairwise(lines):
        assert length(f"{line} {after.split()[0]}") > letters, "the next word had room"


def test_marks_above_letters_take_no_room() -> None:
    assert lines_of("كارتُكَ جاهزٌ", 11) == ["كارتُكَ جاهزٌ"]
    assert lines_of("one  two\n three", 7) == ["one two", "three"]


def test_a_longer_word_stands_alone() -> None:
    assert lines_of("a https://unicard.example b", 10) == ["a", "https://unicard.example", "b"]
