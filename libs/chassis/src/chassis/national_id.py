"""The national id: 14 digits `C YYMMDD GG SSSS K`. Checked hard, but for the check digit.

C: century (2 = 19xx, 3 = 20xx); GG: governorate of birth, never of residence; the last S: odd = male; K: check
digit, whose rule was never published, so that a mismatch is a warning and no more.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from operator import mul
from typing import Literal, NamedTuple

from chassis.governorates import GOVERNORATES
from chassis.spreadsheets import ruined
from chassis.text import normalise_digits

_CENTURIES = {"2": 1900, "3": 2000}
_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_WEIGHT_OF_ZEROS = ord("0") * sum(_WEIGHTS)

ABROAD = "88"


class NationalIdError(ValueError):
    """A text that cannot be a national id; `code` is the stable reason. The text itself is never repeated."""

    def __init__(self, code: str) -> None:
        """Keep the reason."""
        super().__init__(code)
        self.code = code


class NationalId(NamedTuple):
    """A well-formed national id and what it says of its bearer."""

    number: str
    birth_date: date
    sex: Literal["male", "female"]
    birth_governorate: str
    check_digit_agrees: bool


def check_digit(first_thirteen: str) -> str:
    """The commonest of the rules in circulation for K (weights 2–7, modulo 11); it is not official."""
    total = sum(map(mul, _WEIGHTS, first_thirteen.encode())) - _WEIGHT_OF_ZEROS
    return str((11 - total % 11) % 10)


@lru_cache(maxsize=1 << 15)  # as many days as people of a file are born on
def _birth_date(digits: str) -> date:
    """The date of birth that the first seven digits say. Raises ValueError."""
    return date(_CENTURIES[digits[0]] + int(digits[1:3]), int(digits[3:5]), int(digits[5:7]))


def parse(text: str, today: date) -> NationalId:
    """Read a national id. Raises NationalIdError with the first reason found."""
    number = normalise_digits(text)
    if not number:
        raise NationalIdError("national_id_missing")
    if not (number.isascii() and number.isdigit()):
        raise NationalIdError("national_id_ruined" if ruined(number) else "national_id_not_digits")
    if number.endswith("0000000") and ruined(number):
        raise NationalIdError("national_id_ruined")
    if len(number) != 14:
        raise NationalIdError("national_id_length")
    if number[0] not in _CENTURIES:
        raise NationalIdError("national_id_century")
    try:
        birth_date = _birth_date(number[:7])
    except ValueError:
        raise NationalIdError("national_id_birth_date") from None
    if birth_date > today:
        raise NationalIdError("national_id_in_future")
    governorate = number[7:9]
    if governorate not in GOVERNORATES and governorate != ABROAD:
        raise NationalIdError("national_id_governorate")
    sex: Literal["male", "female"] = "male" if number[12] in "13579" else "female"
    return NationalId(number, birth_date, sex, governorate, check_digit(number[:13]) == number[13])


def masked(number: str) -> str:
    """The number with all but its last four digits hidden."""
    return "*" * (len(number) - 4) + number[-4:]
