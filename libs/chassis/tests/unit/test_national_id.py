from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.governorates import GOVERNORATES
from chassis.national_id import (
    ABROAD,
    NationalIdError,
    check_digit,
    masked,
    parse,
)

TODAY = date(2026, 11, 21)
# Made up for these tests; the check digit agrees with the commonest rule in circulation.
GOOD = "29001010300156"

births = st.dates(date(1900, 1, 1), TODAY)
governorates = st.sampled_from([*GOVERNORATES, ABROAD])


def number_of(born: date, governorate: str, serial: int) -> str:
    century = "2" if born.year < 2000 else "3"
    body = f"{century}{born:%y%m%d}{governorate}{serial:04d}"
    return body + check_digit(body)


@given(births, governorates, st.integers(0, 9999))
def test_what_is_written_is_read_back(born: date, governorate: str, serial: int) -> None:
    number = number_of(born, governorate, serial)
    found = parse(number, TODAY)
    assert found.number == number
    assert found.birth_date == born
    assert found.birth_governorate == governorate
    assert found.sex == ("male" if serial % 2 else "female")
    assert found.check_digit_agrees


@given(births, governorates, st.integers(0, 9999), st.sampled_from(["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]))
def test_arabic_and_persian_digits_mean_the_same(born: date, governorate: str, serial: int, digits: str) -> None:
    number = number_of(born, governorate, serial)
    written = "\u200f" + "".join(digits[int(digit)] for digit in number) + " "
    assert parse(written, TODAY) == parse(number, TODAY)


@given(births, governorates, st.integers(0, 9999), st.integers(1, 9))
def test_another_check_digit_is_only_a_warning(born: date, governorate: str, serial: int, add: int) -> None:
    number = number_of(born, governorate, serial)
    other = number[:-1] + str((int(number[-1]) + add) % 10)
    assert not parse(other, TODAY).check_digit_agrees


@given(st.text(max_size=40))
def test_no_text_breaks_it_and_none_is_repeated(text: str) -> None:
    with suppress(NationalIdError):
        assert len(parse(text, TODAY).number) == 14
        return
    with pytest.raises(NationalIdError) as caught:
        parse(text, TODAY)
    assert str(caught.value) == caught.value.code
    assert caught.value.code.startswith("national_id_")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "national_id_missing"),
        (" \u200f", "national_id_missing"),
        ("2900101030015O", "national_id_not_digits"),
        ("²9001010300156", "national_id_not_digits"),
        ("2.90101E+13", "national_id_ruined"),
        ("٢.٩٠١٠١E+13", "national_id_ruined"),
        ("29001010000000", "national_id_ruined"),
        (GOOD + ".0", "national_id_ruined"),
        (GOOD[:-1], "national_id_length"),
        (GOOD + "1", "national_id_length"),
        ("1" + GOOD[1:], "national_id_century"),
        ("29002300300156", "national_id_birth_date"),
        ("29013010300156", "national_id_birth_date"),
        ("30102290300156", "national_id_birth_date"),
        ("32611220300156", "national_id_in_future"),
        ("29001010500156", "national_id_governorate"),
        ("29001013600156", "national_id_governorate"),
    ],
)
def test_each_fault_has_its_code(text: str, code: str) -> None:
    with pytest.raises(NationalIdError) as caught:
        parse(text, TODAY)
    assert caught.value.code == code


def test_born_today_is_not_in_the_future() -> None:
    assert parse(number_of(TODAY, "03", 1), TODAY).birth_date == TODAY


def test_twenty_nine_february_of_a_leap_year_is_a_day() -> None:
    assert parse(number_of(date(2000, 2, 29), "03", 1), TODAY).birth_date == date(2000, 2, 29)


def test_only_the_last_four_digits_are_shown() -> None:
    assert masked(GOOD) == "**********0156"


def test_there_are_twenty_seven_governorates() -> None:
    assert len(GOVERNORATES) == 27
    assert ABROAD not in GOVERNORATES


@pytest.mark.parametrize("mark", ["\u2066", "\u2067", "\u2068", "\u2069", "\u202b", "\u2060", "\u00ad"])
def test_marks_of_copied_text_are_left_out(mark: str) -> None:
    assert parse(f"{mark}{GOOD[:3]}{mark}{GOOD[3:]}\u2069", TODAY).number == GOOD
