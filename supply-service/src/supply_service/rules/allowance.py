"""Goods: the monthly allowance and bread points in money, with limits on how much of an item a household may have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from supply_service.rules.account import Pot
from supply_service.rules.figures import Figures
from supply_service.rules.keys import GOODS, POINTS
from supply_service.rules.refusals import (
    AllowanceExceeded,
    ItemLimitExceeded,
    ItemUnknown,
    PointsWindowClosed,
    ProgrammeClosed,
)


class Purchase(NamedTuple):
    """Goods as they were taken out of the pot. `units` count against the limit of `group`.

    `wallet` is paid beside `amount`, which the pot pays.
    """

    pot: Pot
    amount: int
    taken: int
    group: str | None
    units: int
    overdrawn: int = 0
    conflict: str | None = None
    wallet: int = 0


def buy(pot: Pot, item: str, quantity: int, day: date, figures: Figures, wallet: int = 0) -> Purchase:
    """Take goods for money out of the pot, and of the allowance's goods what it cannot pay from `wallet` piastres.

    Raises a refusal that names what would be possible.
    """
    if not figures.in_kind[pot.programme]:
        raise ProgrammeClosed()
    if pot.programme == POINTS and day.day > figures.points_last_day:
        raise PointsWindowClosed(
            f"Points are spent until day {figures.points_last_day} of the month.",
            detail_ar=f"تصرف نقاط الخبز حتى يوم {figures.points_last_day} من الشهر",
        )
    amount = price_of(pot.programme, item, figures) * quantity
    group, units, limit = _units(pot, item, quantity, figures)
    if limit is not None:
        had = pot.drawn_units.get(group or "", 0)
        if had + units > limit:
            each = figures.items[item].limit_units
            left = max(0, limit - had) // each
            raise ItemLimitExceeded(
                f"{left} of {item} can still be had this month.",
                detail_ar=f"المتبقي لكم هذا الشهر من {figures.items[item].name_ar}: {left}",
                item=item,
                left=left,
            )
    beyond = amount - pot.remaining
    if beyond > 0:
        if pot.programme != GOODS or beyond > wallet:
            raise AllowanceExceeded(
                f"{amount} piastres are needed, {pot.remaining} are left.",
                detail_ar=f"المطلوب {pounds(amount)} جنيه والمتبقي {pounds(pot.remaining)} جنيه",
                needed=amount,
                remaining=pot.remaining,
            )
        taken = pot.remaining
        return Purchase(_after(pot, taken, group, units), taken, taken, group, units, wallet=beyond)
    return Purchase(_after(pot, amount, group, units), amount, amount, group, units)


def buy_offline(pot: Pot, item: str, quantity: int, figures: Figures) -> Purchase:
    """Book goods that were handed over already: what the pot does not have is overdrawn. Raises ItemUnknown."""
    amount = price_of(pot.programme, item, figures) * quantity
    group, units, limit = _units(pot, item, quantity, figures)
    taken = min(amount, pot.remaining)
    conflict = None
    if limit is not None and pot.drawn_units.get(group or "", 0) + units > limit:
        conflict = ItemLimitExceeded.code
    if taken < amount:
        conflict = AllowanceExceeded.code
    return Purchase(_after(pot, taken, group, units), amount, taken, group, units, amount - taken, conflict)


def put_back(pot: Pot, amount: int, group: str | None, units: int) -> Pot:
    """Undo a purchase."""
    drawn: Mapping[str, int] = pot.drawn_units
    if group is not None and units:
        drawn = {**drawn, group: max(0, drawn.get(group, 0) - units)}
    return pot._replace(remaining=pot.remaining + amount, drawn_units=drawn)


def price_of(programme: str, item: str, figures: Figures) -> int:
    """Piastres for one. Raises ItemUnknown."""
    price = figures.prices.get((programme, item))
    if price is None or item not in figures.items:
        raise ItemUnknown(f"{item} is not sold here at present.", detail_ar=f"السلعة {item} غير متاحة", item=item)
    return price


def pounds(piastres: int) -> str:
    """Money as it is printed: `12.60`."""
    return f"{piastres // 100}.{piastres % 100:02d}"


def _units(pot: Pot, item: str, quantity: int, figures: Figures) -> tuple[str | None, int, int | None]:
    """The item's limit group, the units of so many, and the household's limit; limits bind the allowance only."""
    known = figures.items[item]
    limit = figures.limits.get(known.limit_group or "")
    if pot.programme != GOODS or limit is None:
        return None, 0, None
    return known.limit_group, known.limit_units * quantity, limit.units(pot.members)


def _after(pot: Pot, amount: int, group: str | None, units: int) -> Pot:
    drawn = pot.drawn_units
    if group is not None:
        drawn = {**drawn, group: drawn.get(group, 0) + units}
    return Pot(
        pot.programme,
        pot.period,
        pot.granted,
        pot.remaining - amount,
        pot.members,
        pot.daily,
        pot.drawn_days,
        drawn,
    )
