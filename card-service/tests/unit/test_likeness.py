"""What makes two registered citizens likely one, and what does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from card_service import POLICIES
from card_service.duplicates.likeness import Person, likeness, one_apart, slips, swapped
from card_service.keys import DUPLICATE_SCORE, KEYS
from card_service.registry.name_words import words
from chassis.ids import new_id
from policybook.testing import snapshot_of

LEAST = DUPLICATE_SCORE.on(snapshot_of(POLICIES, KEYS).book, date(2026, 11, 29))
BORN = date(1988, 3, 5)


def person(**changed: Any) -> Person:
    base: dict[str, Any] = {
        "citizen_id": new_id(),
        "household_id": new_id(),
        "name": "منى أحمد علي حسن",
        "birth_date": BORN,
        "sex": "female",
        "national_id": "28803050301248",
        "mobile": b"m" * 32,
        "address": "al-arab شارع 23 يوليو",
    }
    values = base | changed
    return Person(words=tuple(words(values.pop("name"))), **values)


ONE = person()
NOTHING = {"mobile": None, "address": "", "national_id": "29912120399999", "birth_date": date(1999, 12, 12)}


@pytest.mark.parametrize(
    ("changed", "likely"),
    [
        ({}, True),
        (NOTHING | {"birth_date": BORN}, True),
        (NOTHING | {"birth_date": BORN, "name": "مني احمد على حسن"}, True),
        (NOTHING | {"birth_date": BORN, "name": "منى أحمد علي"}, True),
        (NOTHING | {"birth_date": date(1988, 5, 3), "mobile": b"m" * 32}, True),
        (NOTHING | {"birth_date": date(1988, 3, 15)}, True),
        (NOTHING | {"birth_date": date(1989, 1, 5), "mobile": b"m" * 32}, True),
        (NOTHING | {"birth_date": BORN, "name": "منى أحمد سيد"}, False),
        (NOTHING, False),
        ({"name": "هدى أحمد علي حسن"}, False),
        ({"birth_date": date(1930, 8, 19), "national_id": "23008190301248", "mobile": None}, False),
        (NOTHING | {"birth_date": BORN, "name": "منى"}, False),
        (NOTHING | {"birth_date": BORN, "name": "منى محمود سيد", "mobile": b"m" * 32}, False),
    ],
    ids=["all", "name_and_birth", "another_spelling", "shorter_name", "swapped_and_mobile", "one_digit", "name_mobile",
         "half_a_name", "a_namesake", "a_twin", "a_grandmother", "a_given_name", "a_given_name_and_mobile"],
)  # fmt: skip
def test_who_is_likely_one(changed: dict[str, Any], likely: bool) -> None:
    score, reasons = likeness(ONE, person(**changed))
    assert (score >= LEAST) is likely, (score, reasons)


def test_reasons_are_named_the_weightiest_first() -> None:
    score, reasons = likeness(ONE, person(national_id="28803050301284"))
    assert (score, reasons) == (
        100,
        ["same_name", "same_birth_date", "national_id_one_digit_apart", "same_mobile", "same_address"],
    )


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("1234", "1235", True), ("1234", "1243", True), ("1234", "1234", False), ("1234", "2143", False),
     ("12", "123", False)],
    ids=range(5),
)  # fmt: skip
def test_one_digit_apart(one: str, other: str, apart: bool) -> None:
    assert one_apart(one, other) is apart


def test_slips_are_one_apart_in_the_birth_date() -> None:
    made = slips("28803050301248")
    assert all(one_apart("28803050301248", one) for one in made)
    assert {"28903050301248", "28830050301248", "28803150301248"} <= set(made)
    assert len(made) == len(set(made)) < 62


def test_day_and_month_swapped() -> None:
    assert swapped(date(1988, 3, 5)) == date(1988, 5, 3)
    assert swapped(date(1988, 3, 25)) is None
    assert swapped(date(1988, 3, 3)) is None


NAMES = st.lists(st.sampled_from(["منى", "أحمد", "علي", "حسن", "سيد", "هدى"]), min_size=1, max_size=5).map(" ".join)


@given(NAMES, NAMES, st.dates(date(1920, 1, 1), date(2026, 1, 1)), st.dates(date(1920, 1, 1), date(2026, 1, 1)))
def test_likeness_is_the_same_both_ways(one: str, other: str, born: date, its: date) -> None:
    a, b = person(name=one, birth_date=born), person(name=other, birth_date=its)
    score, reasons = likeness(a, b)
    assert (score, reasons) == likeness(b, a)
    assert 0 <= score <= 100
