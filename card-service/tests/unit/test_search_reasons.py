"""What a counter is told when a search leads to no card."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from card_service.handover.reasons import WORDS, Reason, near

NUMBERS = st.text("0123456789", min_size=14, max_size=14)


@given(NUMBERS)
def test_what_is_near_is_one_slip_away_and_no_more(number: str) -> None:
    found = list(near(number))
    assert number not in found
    assert all(len(other) == 14 for other in found)
    for other in found:
        differs = [place for place in range(14) if other[place] != number[place]]
        changed_over = len(differs) == 2 and differs[1] == differs[0] + 1 and sorted(other) == sorted(number)
        assert len(differs) == 1 or changed_over


@given(NUMBERS, st.integers(0, 13), st.sampled_from("0123456789"))
def test_whatever_one_digit_has_become_the_right_number_is_near(number: str, place: int, digit: str) -> None:
    slipped = number[:place] + digit + number[place + 1 :]
    assert number == slipped or number in set(near(slipped))


@given(NUMBERS, st.integers(0, 12))
def test_neighbours_changed_over_are_near(number: str, place: int) -> None:
    slipped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert number == slipped or number in set(near(slipped))


def test_every_reason_has_words_in_both_languages() -> None:
    assert all(english.endswith(".") and arabic.endswith(".") for english, arabic in WORDS.values())
    assert Reason("national_id_length").words[0] == "The national id does not have 14 digits."
