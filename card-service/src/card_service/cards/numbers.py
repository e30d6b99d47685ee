"""Card numbers: the issuer's prefix, random digits and a Luhn digit. They never leave this service whole."""

from __future__ import annotations

import secrets

LENGTH = 16
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def luhn_digit(payload: str) -> str:
    """The digit that makes `payload` followed by it pass the Luhn check (ISO/IEC 7812-1 annex B)."""
    digits = [ord(digit) - 48 for digit in reversed(payload)]
    total = sum(_DOUBLED[digit] for digit in digits[::2]) + sum(digits[1::2])
    return str(-total % 10)


def is_valid(number: str) -> bool:
    """Whether a text is 16 digits of which the last is the right Luhn digit."""
    if len(number) != LENGTH or not (number.isascii() and number.isdigit()):
        return False
    return luhn_digit(number[:-1]) == number[-1]


def new_number(prefix: str) -> str:
    """A random number of the issuer. Whether it is taken, only the register of cards knows."""
    width = LENGTH - 1 - len(prefix)
    payload = f"{prefix}{secrets.randbelow(10**width):0{width}d}"
    return payload + luhn_digit(payload)


def masked(number: str) -> str:
    """The number with all but its last four digits hidden."""
    return "*" * (LENGTH - 4) + number[-4:]
