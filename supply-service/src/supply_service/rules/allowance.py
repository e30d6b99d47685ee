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
)

KIND = "/"


class Purchase(NamedTuple):
    """Goods as they were taken out of the pot. `units` count against the limit of `group`.

    `beyond` is paid beside `amount`, which the pot pays: from the wallet, or in cash.
    """

    pot: Pot
    amount: int
    taken: int
    group: str | None
    units: int
    overdrawn: int = 0
    conflict: str | None = None
    beyond: int = 0


def buy(pot: Pot, item: str, quantity: int, day: date, figures: Figures, beside: int = 0) -> Purchase:
    """Take goods for money out of the pot, and of the allowance's goods what it cannot pay from `beside` piastres.

    Raises a refusal that names what would be possible.
    """
    if pot.programme == POINTS and day.day > figures.points_last_day:
        raise PointsWindowClosed(
            f"Points are spent until day {figures.points_last_day} of the month.",
            detail_ar=f"تصرف نقاط الخبز حتى يوم {figures.points_last_day} من الشهر",
        )
    amount = price_of(pot.programme, item, figures) * quantity
    group, units, limit = _units(pot, item, quantity, figures)
    if limit is not None:
        so_far = pot.drawn_units.get(figures.items[item].limit_group or "", 0)
        if so_far + units > limit:
            each = figures.items[item].limit_units
            left = max(0, limit - so_far) // each
            raise ItemLimitExceeded(
                f"{left} of {item} can still be had this month.",
                detail_ar=f"المتبقي لكم هذا الشهر من {figures.items[item].name_ar}: {left}",
                item=item,
                left=left,
            )
        _check_kind(pot, item, figures)
    beyond = amount - pot.remaining
    if beyond > 0:
        if pot.programme != GOODS or beyond > beside:
            raise AllowanceExceeded(
                f"{amount} piastres are needed, {pot.remaining} are left.",
                detail_ar=f"المطلوب {pounds(amount)} جنيه والمتبقي {pounds(pot.remaining)} جنيه",
                needed=amount,
                remaining=pot.remaining,
            )
        taken = pot.remaining
        return Purchase(_after(pot, taken, group, units), taken, taken, group, units, beyond=beyond)
    return Purchase(_after(pot, amount, group, units), amount, amount, group, units)


def buy_offline(pot: Pot, item: str, quantity: int, figures: Figures, amount: int | None = None) -> Purchase:
    """Book goods that were handed over already: what the pot does not have is overdrawn. Raises ItemUnknown.

    `amount`: what they cost by the receipt; without it the day's price holds.
    """
    if amount is None or item not in figures.items:
        amount = price_of(pot.programme, item, figures) * quantity
    group, units, limit = _units(pot, item, quantity, figures)
    taken = min(amount, pot.remaining)
    conflict = None
    if limit is not None and pot.drawn_units.get(figures.items[item].limit_group or "", 0) + units > limit:
        conflict = ItemLimitExceeded.code
    if taken < amount:
        conflict = AllowanceExceeded.code
    return Purchase(_after(pot, taken, group, units), amount, taken, group, units, amount - taken, conflict)


def put_back(pot: Pot, amount: int, group: str | None, units: int) -> Pot:
    """Undo a purchase."""
    drawn: Mapping[str, int] = pot.drawn_units
    if group is not None and units:
        drawn = {**drawn, **{name: max(0, drawn.get(name, 0) - units) for name in _counted(group)}}
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
    """The item's limit group (with its kind), the units of so many, and the household's limit.

    Limits bind the allowance only.
    """
    known = figures.items[item]
    limit = figures.limits.get(known.limit_group or "")
    if pot.programme != GOODS or limit is None:
        return None, 0, None
    group = known.limit_group if known.limit_kind is None else f"{known.limit_group}{KIND}{known.limit_kind}"
    return group, known.limit_units * quantity, limit.units(pot.members)


def _check_kind(pot: Pot, item: str, figures: Figures) -> None:
    """Of a group with kinds one is chosen with the month's first purchase. Raises ItemLimitExceeded."""
    known = figures.items[item]
    if known.limit_kind is None:
        return
    prefix = f"{known.limit_group}{KIND}"
    if any(
        units and name.startswith(prefix) and name != prefix + known.limit_kind
        for name, units in pot.drawn_units.items()
    ):
        raise ItemLimitExceeded(
            f"Another kind of {known.limit_group} was chosen this month.",
            detail_ar="تم اختيار صنف آخر من نفس المجموعة هذا الشهر",
            item=item,
            left=0,
        )


def _counted(group: str) -> tuple[str, ...]:
    """What a purchase counts against: its group, and its kind in it."""
    whole = group.partition(KIND)[0]
    return (whole,) if whole == group else (whole, group)


def _after(pot: Pot, amount: int, group: str | None, units: int) -> Pot:
    drawn = pot.drawn_units
    if group is not None:
        drawn = {**drawn, **{name: drawn.get(name, 0) + units for name in _counted(group)}}
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
