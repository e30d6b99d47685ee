"""Flour instead of bread, chosen by a household for a month before it begins: a pot of kilograms, paid for in cash.

What is not drawn of it ends with its month: nothing says that flour becomes points, as loaves do.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from supply_service.rules.account import Account, Pot, month_after
from supply_service.rules.figures import RATION_FLOUR, Figures, FiguresByDay
from supply_service.rules.keys import BREAD, FLOUR
from supply_service.rules.refusals import (
    FlourChosen,
    FlourMonthBegun,
    FlourMonthTooFar,
    FlourNotChosen,
    FlourNotOffered,
    ItemUnknown,
    QuotaExceeded,
)


class Flour(NamedTuple):
    """Kilograms as they were taken out of the pot; `amount` is what the holder pays in cash."""

    pot: Pot
    quantity: int
    amount: int


def instead_of_bread(account: Account, period: date, figures: FiguresByDay) -> bool:
    """Whether the household has flour in a month: of one that is open its pots tell, of another one the choice."""
    if (BREAD, period) in account.pots:
        return (FLOUR, period) in account.pots
    rules = figures.on(period)
    return (
        period in account.flour
        and rules.in_kind(BREAD, account.category(period))
        and account.governorate in rules.flour_offered
    )


def check_choice(governorate: str, month: date, present: date, opened: date | None, figures: FiguresByDay) -> None:
    """Raise the refusal unless flour may be chosen for a month: one to come, not too far, where flour is offered.

    `governorate` is that of issue, `opened` the latest month whose pots the household has.
    """
    check_begun(month, present, opened)
    ahead, last = figures.on(present).flour_months_ahead, present
    for _ in range(ahead):
        last = month_after(last)
    if month > last:
        raise FlourMonthTooFar(
            f"Flour may be chosen up to {last:%Y-%m}.", detail_ar=f"يمكن اختيار الدقيق حتى شهر {last:%Y-%m}"
        )
    rules = figures.on(month)
    if governorate not in rules.flour_offered or not rules.flour_kilograms or not rules.in_kind(BREAD):
        raise FlourNotOffered(
            f"In {month:%Y-%m} no flour is given instead of bread in the card's governorate.",
            detail_ar="لا يصرف الدقيق بدلاً من الخبز في محافظة الكارت في هذا الشهر",
            governorate=governorate,
        )


def check_begun(month: date, present: date, opened: date | None) -> None:
    """Raise FlourMonthBegun unless a month is one to come, and not open for the household yet."""
    if month <= present or (opened is not None and month <= opened):
        raise FlourMonthBegun(
            f"Flour is chosen, and a choice withdrawn, before its month begins; {present:%Y-%m} is the present one.",
            detail_ar=f"يتم اختيار الدقيق أو العدول عنه قبل بداية الشهر، والشهر الحالي {present:%Y-%m}",
        )


def pot_of(account: Account, programme: str, period: date) -> Pot | None:
    """The pot of a line. Raises FlourChosen for bread in a month of flour, FlourNotChosen for flour in one of bread."""
    pot = account.pots.get((programme, period))
    if programme == BREAD and (FLOUR, period) in account.pots:
        raise FlourChosen(
            f"In {period:%Y-%m} the household has flour in place of its bread.",
            detail_ar="اختارت الأسرة صرف الدقيق بدلاً من الخبز هذا الشهر",
        )
    if programme == FLOUR and pot is None:
        raise FlourNotChosen(
            f"For {period:%Y-%m} the household has not chosen flour; it draws bread.",
            detail_ar="لم تختر الأسرة الدقيق هذا الشهر، ولها صرف الخبز",
        )
    return pot


def take(pot: Pot, item: str, quantity: int, figures: Figures) -> Flour:
    """Take kilograms out of the pot. Raises ItemUnknown or QuotaExceeded."""
    price = price_of(item, figures)
    if quantity > pot.remaining:
        raise QuotaExceeded(
            f"{pot.remaining} kilograms of flour are left of this month.",
            detail_ar=f"المتبقي من دقيق الشهر {pot.remaining} كجم",
            remaining=pot.remaining,
        )
    return Flour(pot._replace(remaining=pot.remaining - quantity), quantity, quantity * price)


def take_offline(pot: Pot, quantity: int) -> tuple[Pot, int]:
    """Book of a sale that has happened what the last known balance has; the pot after it, and how many kilograms."""
    booked = min(quantity, pot.remaining)
    return pot._replace(remaining=pot.remaining - booked), booked


def price_of(item: str, figures: Figures) -> int:
    """Piastres for a kilogram. Raises ItemUnknown."""
    price = figures.prices.get((FLOUR, item))
    if item != RATION_FLOUR or price is None:
        raise ItemUnknown(f"{item} is not given instead of bread.", detail_ar="الصنف غير متاح بدلاً من الخبز", item=item)
    return price
