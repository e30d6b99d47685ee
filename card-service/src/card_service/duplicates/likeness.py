"""How alike two registered citizens are (record linkage): a score of 0 to 100 and the reasons for it. No I/O.

Each sign has a weight, chosen so that two of them are needed at least. The given name must be the same: twins and
brothers share everything else. What the score must reach is a policy (`duplicates.least_score`).
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

NAME, NAME_MOSTLY, NAME_PARTLY = 50, 40, 25
BIRTH, BIRTH_NEARLY = 30, 20
NUMBER, MOBILE, ADDRESS = 25, 20, 15
BORN_APART, SEX_DIFFERS = -25, -20
_WORDS: Final = 3  # of a name that say who somebody is; two are borne by thousands


class Person(NamedTuple):
    """What is compared of a citizen: the words of the name (folded), the rest as it stands.

    `mobile` is the keyed hash, `address` district and street, folded; empty where there is none.
    """

    citizen_id: UUID
    household_id: UUID
    words: tuple[str, ...]
    birth_date: date
    sex: str
    national_id: str
    mobile: bytes | None
    address: str


def likeness(one: Person, other: Person) -> tuple[int, list[str]]:
    """The score and the reasons, the weightiest first; 0 where the given names differ."""
    signs = [
        sign
        for sign in (
            _names(one.words, other.words),
            _births(one.birth_date, other.birth_date),
            (NUMBER, "national_id_one_digit_apart") if one_apart(one.national_id, other.national_id) else None,
            (MOBILE, "same_mobile") if one.mobile is not None and one.mobile == other.mobile else None,
            (ADDRESS, "same_address") if one.address and one.address == other.address else None,
            (SEX_DIFFERS, "sex_differs") if one.sex != other.sex else None,
        )
        if sign is not None
    ]
    if not one.words or not other.words or one.words[0] != other.words[0]:
        return 0, []
    score = sum(weight for weight, _ in signs)
    return max(0, min(100, score)), [reason for _, reason in sorted(signs, key=lambda sign: -sign[0])]


def _names(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[int, str] | None:
    common = len(_common(one, other))
    if common >= _WORDS:
        same = common == len(one) == len(other)
        return (NAME, "same_name") if same else (NAME_MOSTLY, "name_mostly_the_same")
    return (NAME_PARTLY, "name_partly_the_same") if common > 1 else None


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> list[str]:
    """The words of both, each as often as in both."""
    left = list(other)
    found = []
    for word in one:
        if word in left:
            left.remove(word)
            found.append(word)
    return found


def _births(one: date, other: date) -> tuple[int, str] | None:
    if one == other:
        return BIRTH, "same_birth_date"
    if one_apart(f"{one:%Y%m%d}", f"{other:%Y%m%d}") or swapped(one) == other:
        return BIRTH_NEARLY, "birth_date_nearly_the_same"
    return (BORN_APART, "born_apart") if abs(one.year - other.year) > 1 else None


def swapped(day: date) -> date | None:
    """Day and month in each other's place, None where that is no other date."""
    return day.replace(month=day.day, day=day.month) if day.day <= 12 and day.day != day.month else None


def slips(national_id: str) -> list[str]:
    """The numbers that a slip in the digits of the birth date makes of a national id: a wrong one, or two crossed.

    A slip behind them leaves the date as it is, so that its bearer is found by that.
    """
    part = range(1, 7)
    wrong = [national_id[:n] + digit + national_id[n + 1 :] for n in part for digit in "0123456789"]
    crossed = [national_id[:n] + national_id[n + 1] + national_id[n] + national_id[n + 2 :] for n in part]
    return sorted({*wrong, *crossed} - {national_id})


def one_apart(one: str, other: str) -> bool:
    """Whether two numbers differ by one digit typed wrongly, or by two neighbours in each other's place."""
    if len(one) != len(other) or one == other:
        return False
    at = [n for n, (mine, its) in enumerate(zip(one, other, strict=True)) if mine != its]
    first = at[0]
    crossed = at == [first, first + 1] and one[first] == other[first + 1] and one[first + 1] == other[first]
    return len(at) == 1 or crossed
