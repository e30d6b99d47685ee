"""Mobile numbers as people write them, and what is no number and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import mobiles


@pytest.mark.parametrize(
    "written",
    [
        "01012345678",
        "+201012345678",
        "00201012345678",
        "201012345678",
        "1012345678",
        "010 1234 5678",
        "+20 10 1234 5678",
        "+20 (0)10-1234-5678",
        "(+20) 10 1234 5678",
        "(010) 1234-5678",
        "010.1234.5678",
        "010\u20131234\u22125678",
        "\u00a0010\u00a012345678 ",
        "٠١٠١٢٣٤٥٦٧٨",
        "۰۱۰۱۲۳۴۵۶۷۸",
        "+٢٠ ١٠ ١٢٣٤ ٥٦٧٨",
        "＋２０１０１２３４５６７８",
        "\u200e+201012345678\u200f",
        "\u2066+201012345678\u2069",
        "\u202b01012345678\u202c",
        "010\u2067123\u206845678",
    ],
)
def test_usual_forms_of_a_mobile_are_one_number(written: str) -> None:
    assert mobiles.normalise(written) == "+201012345678"


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "+",
        "0661234567",
        "0131234567",
        "01312345678",
        "01012345",
        "0101234567",
        "19765",
        "+20225551234",
        "+966501234567",
        "+4915112345678",
        "010123456789",
        "0" * 40,
        "0" * 60,
    ],
)
def test_other_numbers_are_refused(written: str) -> None:
    assert mobiles.normalise(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "hello",
        "Vodafone",
        "01012345 (Ali)",
        "0101234 (ALI) 5678",
        "01012345678 (Ali)",
        "Ali 01012345678",
        "010-CALL-NOWX",
        "0101234567B",
        "01012345678 ext. 5",
        "01012345678 ext 5",
        "01012345678x5",
        "01012345678#5",
        "01012345678;ext=5",
        "tel:+201012345678",
        "01012345678 علي",
        "01012345678 / 01112345678",
        "01012345678,01112345678",
        "++201012345678",
        "010+12345678",
        "*01012345678",
    ],
)
def test_what_is_not_purely_a_number_is_refused(written: str) -> None:
    assert mobiles.normalise(written) is None


@given(st.from_regex(r"(\+20|0020|20|0)1[0-9]{9}", fullmatch=True))
def test_the_quick_way_and_the_library_agree(written: str) -> None:
    assert mobiles.normalise(written) == mobiles.by_library(written)


@given(st.text(max_size=60))
def test_no_text_breaks_the_numbers(written: str) -> None:
    found = mobiles.normalise(written)
    assert found is None or (found.startswith("+201") and len(found) == 13 and found.isascii())


@given(st.sampled_from("0125"), st.from_regex(r"[0-9]{8}", fullmatch=True))
def test_normalising_is_stable(operator: str, rest: str) -> None:
    number = f"+201{operator}{rest}"
    assert mobiles.normalise(number) == number


def test_a_mobile_is_masked() -> None:
    assert mobiles.masked("+201012345678", last=3) == "+2010*****678"
    assert mobiles.masked("+201012345678", last=2) == "+2010******78"
