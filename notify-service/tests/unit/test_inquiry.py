"""Words as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify_service import POLICIES
from notify_service.keys import KEYS
from notify_service.rules import read_rules
from notify_service.words import Topic, normalise_words, topic_of
from policybook.book import PolicyBook
from policybook.files import read_policies

KEYWORDS = read_rules(PolicyBook.of(read_policies(POLICIES, KEYS)), date(2026, 1, 1)).keywords


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
        ("", Topic.UNCLEAR),
        ("السلام عليكم", Topic.UNCLEAR),
        ("مرصيد", Topic.UNCLEAR),
        ("unbalanced", Topic.UNCLEAR),
        ("مساعده", Topic.HELP),
        ("عايز مساعدة لو سمحت", Topic.HELP),
        ("HELP", Topic.HELP),
        ("عربى", Topic.LANGUAGE_AR),
        ("العربيه", Topic.LANGUAGE_AR),
        ("ENGLISH", Topic.LANGUAGE_EN),
        ("الانجليزية", Topic.LANGUAGE_EN),
        ("my english is bad", Topic.UNCLEAR),
        ("إلغاء", Topic.OPT_OUT),
        ("الغاء", Topic.OPT_OUT),
        ("STOP", Topic.OPT_OUT),
        ("اشتراك", Topic.OPT_IN),
        ("إيقاف", Topic.STOP),  # may mean the card: asked, and never taken for an opt-out
        ("ايقاف", Topic.STOP),
        ("لا أريد إلغاء الكارت", Topic.UNCLEAR),
        ("من فضلك اشتراك", Topic.UNCLEAR),
        ("إيقاف الكارت", Topic.LOST),
        ("ضاع الكارت!", Topic.LOST),
    ],
)
def test_other_topics(text: str, topic: Topic) -> None:
    assert topic_of(text, KEYWORDS) is topic


@given(st.text(max_size=200))
def test_normalising_words_twice_changes_nothing(text: str) -> None:
    words = normalise_words(text)
    assert normalise_words(" ".join(words)) == words
