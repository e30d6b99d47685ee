"""Days as people type them."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from chassis.text import normalise_digits

_DAY: Final = re.compile(r"(\d{1,2})[/\-. ](\d{1,2})[/\-. ](\d{4})")
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)


def day_of(text: str) -> date:
    """A day as `2026-12-01` or by day, month and year, in either kind of digits. Raises ValueError."""
    plain = normalise_digits(text)
    found = _DAY.fullmatch(plain)
    known = date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(plain)
    if not _FIRST <= known <= _LAST:
        raise ValueError(text)
    return known
