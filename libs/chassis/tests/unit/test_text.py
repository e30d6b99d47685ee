"""Invisible marks, digits and letters that writers vary."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.text import INVISIBLE, _folded, _folded_by_parts, fold, normalise_digits

# Signs over and around Arabic numbers and verses, and of scripts nobody here writes: format characters that are seen.
SEEN = {*range(0x0600, 0x0606), 0x06DD, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD, *range(0x13430, 0x13440)}


def test_every_directional_mark_is_invisible() -> None:
    marks = [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x00AD, 0x061C, 0x180E, 0xFEFF]
    assert normalise_digits("".join(f"{chr(mark)}٣" for mark in marks)) == "3" * len(marks)
    assert not any(map("".join(map(chr, INVISIBLE)).__contains__, " \u00a0-ـ"))
    assert normalise_digits("१२३") == "१२३"


def test_every_format_character_is_in_the_one_list() -> None:
    formats = {code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cf"}
    assert formats - SEEN <= set(INVISIBLE)
    assert not set(INVISIBLE) & SEEN


@pytest.mark.parametrize("letter", sorted(INVISIBLE)[::64])
def test_nothing_that_is_seen_is_called_invisible(letter: int) -> None:
    assert unicodedata.category(chr(letter)) in {"Cf", "Mn", "Lo", "Cn"}


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ABC", "abc"),
        ("أإآٱ", "اااا"),
        ("ؤئ", "وي"),
        ("ىی", "يي"),
        ("ةہ", "هه"),
        ("کگ", "كك"),
        ("مُحَـــمَّد", "محمد"),
        ("ﷲ", "الله"),
        ("ﻻ", "لا"),
        ("٣۳", "33"),
        ("Zoë", "zoe"),
        ("ﬁ", "fi"),
    ],
)
def test_letters_are_folded(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text(max_size=80))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=80))
def test_what_is_folded_has_nothing_invisible(text: str) -> None:
    assert not set(map(ord, fold(text))) & set(INVISIBLE)


@given(st.text("أإآئؤءاىيةهـ\u064b\u0651\u0652 محمدABcdZ09.'-", max_size=40))
def test_plain_letters_are_folded_one_by_one_as_a_whole_text_is(text: str) -> None:
    assert _folded(text) == _folded_by_parts(text)
