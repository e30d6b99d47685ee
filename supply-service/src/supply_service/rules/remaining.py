"""What remains of a month's pots, as a sale keeps it and as it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from supply_service.rules.account import Account
from supply_service.rules.figures import UNITS
from supply_service.rules.keys import PROGRAMMES


def left_of(account: Account, period: date) -> dict[str, int]:
    """What remains of a month's pots, by programme: loaves or piastres."""
    pots = account.pots
    return {programme: pots[(programme, period)].remaining for programme in PROGRAMMES if (programme, period) in pots}


def remaining_members(left: Mapping[str, int], period: date) -> list[dict[str, object]]:
    """The same as it is shown."""
    return [
        {"programme": programme, "unit": UNITS[programme], "remaining": amount, "period": period}
        for programme, amount in left.items()
    ]
