"""Words and numbers as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify_service import policy
from notify_service.words import Topic, normalise_number, normalise_words, topic_of

KEYWORDS = policy.load().inbound.keywords


@pytest.mark.parametrize(
    "written",
    [
        "+201012345678",
        "00201012345678",
        "201012345678",
        "01012345678",
        "1012345678",
        "+20 10 1234 5678",
        "(010) 1234-5678",
        "٠١٠١٢٣٤٥٦٧٨",
        "۰۱۰۱۲۳۴۵۶۷۸",
        "\u200e+201012345678\u200f",
    ],
)
def test_one_number_in_many_writings(written: str) -> None:
    assert normalise_number(written) == "+201012345678"


@pytest.mark.parametrize(
    "written",
    ["", "Vodafone", "19765", "+4915112345678", "01312345678", "0101234567", "010123456789", "0" * 40],
)
def test_what_is_no_egyptian_mobile(written: str) -> None:
    assert normalise_number(written) is None


@given(st.text(max_size=40))
def test_any_text_gives_a_number_or_nothing(written: str) -> None:
    number = normalise_number(written)
    assert number is None or (number.startswith("+201") and len(number) == 13 and number.isascii())


@given(st.sampled_from("0125"), st.from_regex(r"[0-9]{8}", fullmatch=True))
def test_normalising_is_stable(operator: str, rest: str) -> None:
    number = f"+201{operator}{rest}"
    assert normalise_number(number) == number


@pytest.mark.parametrize(
    "text",
    [
        "رصيد",
        "رصيد؟",
        " الرصيد ",
        "رَصِيد",
        "رصـــيد",
        "عايز اعرف رصيدى",
        "رصيدي كام",
        "BALANCE",
        "Balance please",
        "ﺭﺻﻴﺪ",
    ],
)
def test_asks_for_the_balance(text: str) -> None:
    assert topic_of(text, KEYWORDS) is Topic.BALANCE


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("", Topic.HELP),
        ("السلام عليكم", Topic.HELP),
        ("مرصيد", Topic.HELP),
        ("unbalanced", Topic.HELP),
        ("إلغاء", Topic.OPT_OUT),
        ("الغاء", Topic.OPT_OUT),
        ("STOP", Topic.OPT_OUT),
        ("اشتراك", Topic.OPT_IN),
        ("إيقاف", Topic.HELP),  # may mean the card: never taken for an opt-out
    ],
)
def test_other_topics(text: str, topic: Topic) -> None:
    assert topic_of(text, KEYWORDS) is topic


@given(st.text(max_size=200))
def test_normalising_words_twice_changes_nothing(text: str) -> None:
    words = normalise_words(text)
    assert normalise_words(" ".join(words)) == words
