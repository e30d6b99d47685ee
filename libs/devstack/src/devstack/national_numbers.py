"""Well-formed national numbers that belong to nobody.

A number is century, birth date, governorate of birth, serial (odd = male) and check digit. No official
algorithm of the check digit is published; here it is always one that the circulating algorithm would
not give, so that a number of the demo cannot be one that was issued by it. Each lot owns a part of the
serials: two runs with different lots never share a number.
"""

from __future__ import annotations

import random
from datetime import date

LOTS = 50
_SERIALS_PER_LOT = 10_000 // LOTS
_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)

BIRTH_GOVERNORATES = (
    "01", "02", "03", "04", "11", "12", "13", "14", "15", "16", "17", "18", "19", "21",
    "22", "23", "24", "25", "26", "27", "28", "29", "31", "32", "33", "34", "35", "88",
)  # fmt: skip
UNASSIGNED_GOVERNORATE = "05"


def check_digit(first13: str) -> int:
    """The check digit by the algorithm in circulation (unofficial)."""
    total = sum(int(digit) * weight for digit, weight in zip(first13, _WEIGHTS, strict=True))
    return (11 - total % 11) % 10


def compose(born: date, governorate: str, serial: int) -> str:
    """The number of these parts, with a check digit no issued number has."""
    century = "2" if born.year < 2000 else "3"
    first13 = f"{century}{born:%y%m%d}{governorate}{serial:04d}"
    return f"{first13}{(check_digit(first13) + 5) % 10}"


class NationalIds:
    """Draws unused numbers of one lot."""

    def __init__(self, rng: random.Random, lot: int) -> None:
        if not 0 <= lot < LOTS:
            raise ValueError(f"lot {lot} is not in 0..{LOTS - 1}")
        self._rng = rng
        self._first_serial = lot * _SERIALS_PER_LOT
        self._used: set[str] = set()

    def draw(self, born: date, *, male: bool, governorate: str) -> str:
        """An unused number; `OverflowError` when the lot has none left for that day, place and sex."""
        pairs = _SERIALS_PER_LOT // 2
        start = self._rng.randrange(pairs)
        for step in range(pairs):
            serial = self._first_serial + 2 * ((start + step) % pairs) + int(male)
            number = compose(born, governorate, serial)
            if number not in self._used:
                self._used.add(number)
                return number
        raise OverflowError(f"no serial left for {born} in governorate {governorate}")
