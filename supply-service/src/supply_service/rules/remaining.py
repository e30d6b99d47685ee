"""What remains of a month's pots, as a sale keeps it and as it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, Protocol

from supply_service.rules.account import Account
from supply_service.rules.figures import unit_of
from supply_service.rules.keys import BREAD, FLOUR, PROGRAMMES, is_grant


class Line(Protocol):
    """A line that was carried out."""

    @property
    def programme(self) -> str:
        """Whose pot paid it."""

    @property
    def period(self) -> date:
        """The first day of the pot's month, or of a grant's window."""


def left_of(account: Account, period: date) -> dict[str, int]:
    """What remains of a month's pots, by programme: loaves or piastres."""
    pots = account.pots
    return {programme: pots[(programme, period)].remaining for programme in PROGRAMMES if (programme, period) in pots}


def left_after(account: Account, period: date, lines: Iterable[Line]) -> dict[str, int]:
    """The same with what remains of the grants' pots that lines were paid from."""
    left = left_of(account, period)
    for line in lines:
        if is_grant(line.programme):
            left[line.programme] = account.pots[(line.programme, line.period)].remaining
    return left


def windows_of(lines: Iterable[Line]) -> dict[str, date]:
    """The first days of the windows of grants that lines were paid from."""
    return {line.programme: line.period for line in lines if is_grant(line.programme)}


def remaining_members(
    left: Mapping[str, int], period: date, windows: Mapping[str, date] | None = None
) -> list[dict[str, object]]:
    """The same as it is shown; `windows`: the first days of pots that are not a month's."""
    begun = windows or {}
    return [
        {
            "programme": programme,
            "unit": unit_of(programme),
            "remaining": amount,
            "period": begun.get(programme, period),
        }
        for programme, amount in left.items()
    ]


def lapsed_members(lapsed: Mapping[str, int]) -> list[dict[str, object]]:
    """What was given back and can no longer be drawn, as it is shown."""
    return [{"programme": name, "unit": unit_of(name), "amount": amount} for name, amount in lapsed.items()]


def told_members(
    left: Mapping[str, int], period: date, windows: Mapping[str, date] | None = None
) -> list[dict[str, object]]:
    """The same as events tell it: flour, which their readers do not know as a pot, has a member of its own."""
    told = {programme: amount for programme, amount in left.items() if programme != FLOUR}
    return remaining_members(told, period, windows)


def told_unit(programme: str) -> Literal["loaf", "piastre"]:
    """The unit of a pot that events tell as one."""
    return "loaf" if programme == BREAD else "piastre"
