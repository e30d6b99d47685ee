"""Support that is given as cash in place of goods or bread: how much a month comes to."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from chassis.clock import month_start
from supply_service.rules.account import Account, days_in_month
from supply_service.rules.figures import FiguresByDay
from supply_service.rules.keys import BREAD, CASH, GOODS


class CashDue(NamedTuple):
    """Piastres due to a household for a month; `total` is all that the month comes to, with what was due before."""

    programme: str
    period: date
    amount: int
    total: int
    members: int


def cash_of(account: Account, programme: str, members: int, period: date, figures: FiguresByDay) -> int:
    """Piastres a month of a programme comes to for so many members; 0 where it is not given as cash.

    Goods: in the month of activation what the ration card has not drawn of them. Bread: its loaves, from the day of
    activation on.
    """
    rules, category = figures.on(period), account.category(period)
    if programme not in {GOODS, BREAD} or rules.mode(programme, category) != CASH:
        return 0
    if programme == BREAD:
        value = rules.cash_for_loaf.get(category) or rules.cash_for_loaf[None]
        return value * rules.daily_loaves(members) * bread_days(account.activated_on, period)
    amounts = rules.cash_amounts.get(category) or rules.cash_amounts[None]
    return remaining_of_legacy(account, amounts.total(members), period)


def remaining_of_legacy(account: Account, whole: int, period: date) -> int:
    """Of a month's goods what the ration card has not drawn, in the month of activation; else the whole."""
    if account.legacy is None or account.activated_on is None or month_start(account.activated_on) != period:
        return whole
    return 0 if account.legacy.drawn is None else max(0, whole - account.legacy.drawn)


def bread_days(activated_on: date | None, period: date) -> int:
    """How many days of the month the household has bread for: those from its activation on."""
    if activated_on is None or activated_on > period.replace(day=days_in_month(period)):
        return 0
    return days_in_month(period) - max(period, activated_on).day + 1
