from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from card_service.registry import names


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("محمد  أحمد\tعلي", "محمد أحمد علي"),
        ("\u202eمحمد\u202c\u200b أحمد", "محمد أحمد"),
        ("\u2066محمد\u2069 \u2068أحمد\u2069", "محمد أحمد"),
        ("مُحَمَّد عبد الله", "مُحَمَّد عبد الله"),
        ("محـــمد", "محمد"),
        ("Mona El-Sayed", "Mona El-Sayed"),
        ("O'Brian St. John", "O'Brian St. John"),
        ("Zoë", "Zoë"),
        ("ﻣﺤﻤﺪ ﻋﻼء", "محمد علاء"),
        ("ﻣ\ufe71ﺤﻤﺪ", "مًحمد"),
        ("ﷴ عبد ﷲ", "محمد عبد الله"),
        ("کریم شوقی", "كريم شوقي"),
    ],
)
def test_names_are_cleaned(written: str, kept: str) -> None:
    assert names.name(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "م",
        "=cmd|calc",
        "+1",
        "@SUM(A1)",
        "<b>محمد</b>",
        "محمد 2",
        "محمد\x00علي",
        "Иван",
        "名前",
        "-",
        "a" * 121,
        "x" * 5000,
    ],
)
def test_what_is_no_name_is_refused(written: str) -> None:
    assert names.name(written) is None


@given(st.text(max_size=200))
def test_an_accepted_name_has_nothing_invisible(written: str) -> None:
    found = names.name(written)
    if found is not None:
        assert found.isprintable()
        assert names.name(found) == found
        assert not any(0x200B <= ord(letter) <= 0x206F for letter in found)


def test_hopeless_names_are_judged_quickly() -> None:
    assert names.name("a" * 119 + "!") is None
    assert names.name("a " * 59 + "!") is None


@pytest.mark.parametrize(
    ("full", "given_name"),
    [
        ("محمد أحمد علي", "محمد"),
        ("عبد الرحمن محمد", "عبد الرحمن"),
        ("Abdel Rahman Ali", "Abdel Rahman"),
        ("منى", "منى"),
    ],
)
def test_a_citizen_is_addressed_by_the_given_name(full: str, given_name: str) -> None:
    assert names.given_name(full) == given_name


def test_a_name_is_masked_to_its_initials() -> None:
    assert names.masked("عبد الرحمن محمد علي") == "عبد الرحمن م*** ع***"


def test_lines_of_text_lose_control_characters_or_are_refused() -> None:
    assert names.line("شارع ٢٣ يوليو\u200f، عمارة 5") == "شارع ٢٣ يوليو، عمارة 5"
    assert names.line("a\nb") == "a b"
    assert names.line("a\x00b") is None
    assert names.line("x" * 201) is None
