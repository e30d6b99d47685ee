"""What citizens type in boxes for numbers: digits of any keyboard, with blanks and dashes."""

from __future__ import annotations

import re
from datetime import date

from chassis import national_id
from chassis.governorates import GOVERNORATES
from chassis.text import normalise_digits

_BETWEEN = re.compile(r"[\s\u00a0_./–—-]+")


def plain(text: str) -> str:
    """Western digits without what stands between them."""
    return _BETWEEN.sub("", normalise_digits(text))


def fault_of_national_id(number: str, today: date) -> tuple[str, dict[str, str]] | None:
    """Which text says why a number is no national id, and its facts; None where it may be one."""
    try:
        national_id.parse(number, today)
    except national_id.NationalIdError as error:
        return _named(number, error.code)
    return None


def _named(number: str, code: str) -> tuple[str, dict[str, str]]:
    """The very part that is impossible."""
    if code == "national_id_missing":
        return "id_missing", {}
    if code == "national_id_length":
        return "id_length", {"n": str(len(number))}
    if code == "national_id_century":
        return "id_century", {"part": number[0]}
    if code == "national_id_birth_date":
        month = number[3:5]
        if not 1 <= int(month) <= 12:
            return "id_month", {"part": month}
        return "id_day", {"part": number[5:7]}
    if code == "national_id_in_future":
        return "id_future", {}
    if code == "national_id_governorate" and number[7:9] not in GOVERNORATES:
        return "id_governorate", {"part": number[7:9]}
    return "id_digits", {}
