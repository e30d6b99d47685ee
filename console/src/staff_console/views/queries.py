"""What of an address is a list's filter, and may be kept."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlencode

# Where in a list somebody is, and in which language, is no part of its filter.
_PASSING: Final = frozenset({"lang", "after", "before", "page"})
# Words of our own, ids and days; what has the digits of a number or the letters of a name is not kept.
_KEPT: Final = re.compile(r"(?!.*\d{9})[A-Za-z0-9_.:,-]{1,60}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOST: Final = 12


def filter_of(query: str) -> str:
    """The filter in a query; empty where there is none, or it holds what may not be kept."""
    pairs = [(name, value) for name, value in parse_qsl(query) if name not in _PASSING]
    fit = all(_KEPT.fullmatch(name) and (_KEPT.fullmatch(value) or _UUID.fullmatch(value)) for name, value in pairs)
    return urlencode(pairs) if fit and len(pairs) <= _MOST else ""
