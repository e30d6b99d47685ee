"""Egyptian mobile numbers in E.164. Fixed lines and foreign numbers are refused: no SMS reaches them."""

from __future__ import annotations

import re

import phonenumbers

from card_service.registry.national_id import normalise_digits

# The usual forms; anything else is left to the library. A test holds the two to one answer.
_PLAIN = re.compile(r"(?:\+20|0020|20|0)(1[0125][0-9]{8})")
_MOBILE_TYPES = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def normalise(text: str) -> str | None:
    """`+201…` for an Egyptian mobile in any usual form and any digits, None for anything else."""
    plain = _PLAIN.fullmatch(normalise_digits(text))
    return f"+20{plain[1]}" if plain else by_library(text)


def by_library(text: str) -> str | None:
    """What the phone number library makes of it."""
    if len(text) > 40:
        return None
    try:
        number = phonenumbers.parse(normalise_digits(text), "EG")
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != 20 or not phonenumbers.is_valid_number(number) or number.extension:
        return None
    if phonenumbers.number_type(number) not in _MOBILE_TYPES:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def masked(mobile: str) -> str:
    """The number with its middle hidden: `+2010*****678`."""
    return f"{mobile[:5]}{'*' * (len(mobile) - 8)}{mobile[-3:]}"
