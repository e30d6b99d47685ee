"""Egyptian mobile numbers in E.164. Fixed lines and foreign numbers are refused: no SMS reaches them."""

from __future__ import annotations

import re

import phonenumbers

from chassis.text import normalise_digits

# The usual forms; anything else is left to the library. A test holds the two to one answer.
_PLAIN = re.compile(r"(?:\+20|0020|20|0)(1[0125][0-9]{8})")
# The library would read letters as digits of a keypad and leave out what stands around a number.
_NUMBER = re.compile(r"[\s(（]*[+＋]?[\s\d()（）.\-\u2010-\u2015\u2212－]+")
_MOBILE_TYPES = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
_MAX_TEXT = 40


def normalise(text: str) -> str | None:
    """`+201…` for an Egyptian mobile and nothing else, in any usual form and any digits; None for any other text."""
    number = normalise_digits(text)
    plain = _PLAIN.fullmatch(number)
    return f"+20{plain[1]}" if plain else by_library(number)


def by_library(text: str) -> str | None:
    """What the phone number library makes of a text of digits, blanks, dashes and brackets."""
    if len(text) > _MAX_TEXT or _NUMBER.fullmatch(text) is None:
        return None
    try:
        number = phonenumbers.parse(text, "EG")
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != 20 or not phonenumbers.is_valid_number(number):
        return None
    if phonenumbers.number_type(number) not in _MOBILE_TYPES:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def masked(mobile: str, *, last: int) -> str:
    """The number with its middle hidden, its last digits shown: `+2010*****678` for three."""
    return f"{mobile[:5]}{'*' * max(0, len(mobile) - 5 - last)}{mobile[-last:]}"
