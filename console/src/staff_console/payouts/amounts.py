"""Amounts that people type: pounds with or without piastres, separators and digits of either kind."""

from __future__ import annotations

import re
from typing import Final

from chassis.text import normalise_digits

_SEPARATORS: Final = re.compile("[\\s,،٬\u00a0']")
_AMOUNT: Final = re.compile(r"(\d{1,15})(?:\.(\d{1,2}))?")
_PIASTRES: Final = 100


def piastres_of(typed: str) -> int | None:
    """The piastres of a typed amount in pounds; None for what is none."""
    text = _SEPARATORS.sub("", normalise_digits(typed)).replace("٫", ".")
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None
    pounds, rest = found[1], (found[2] or "").ljust(2, "0")
    return int(pounds) * _PIASTRES + int(rest)
