"""Which form of a noun an Arabic number takes, by the plural rules of CLDR: for receipts and messages alike."""

from __future__ import annotations

from typing import Final, Literal

Plural = Literal["zero", "one", "two", "few", "many", "other"]
_FEW: Final = range(3, 11)
_MANY: Final = range(11, 100)


def arabic(number: int) -> Plural:
    """The category of a whole number: 3 and 103 are `few`, 11 and 111 `many`, 100, 101 and 102 `other`."""
    small: dict[int, Plural] = {0: "zero", 1: "one", 2: "two"}
    number = abs(number)
    if number in small:
        return small[number]
    rest = number % 100
    return "few" if rest in _FEW else "many" if rest in _MANY else "other"
