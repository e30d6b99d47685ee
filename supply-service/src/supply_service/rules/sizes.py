"""How many members of a household count in a month, by programme, as the register has told it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from supply_service.rules.keys import GOODS


class Size(NamedTuple):
    """Sizes from a month on, until the next entry: `month` is its first day."""

    month: date
    goods: int
    bread: int


Sizes = Sequence[Size]


def counted(sizes: Sizes, programme: str, period: date) -> int:
    """Members who count for a programme in a month; `sizes` come oldest first, before the first one nobody does.

    Flour is bread in another form.
    """
    found: Size | None = None
    for size in sizes:
        if size.month > period:
            break
        found = size
    if found is None:
        return 0
    return found.goods if programme == GOODS else found.bread
