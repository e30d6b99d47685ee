"""Opening a household's month, when it is first touched: pots are granted, old debts and undrawn loaves settled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from supply_service.rules.account import (
    Account,
    Credited,
    Entry,
    Granted,
    Pot,
    days_in_month,
    month_before,
)
from supply_service.rules.figures import FiguresByDay
from supply_service.rules.keys import BREAD, GOODS, POINTS


@dataclass(slots=True)
class Opening:
    """The account with the month's pots in place, and what that did."""

    account: Account
    granted: list[Granted] = field(default_factory=list)
    credited: list[Credited] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


def open_month(account: Account, period: date, figures: FiguresByDay) -> Opening:
    """Give the account the pots of the month it does not have yet.

    A month's amounts follow the policies of its first day and the household's size at the moment of opening;
    a later change of either counts from the next month. Debts of offline sales are paid out of the new pots first.
    """
    opening = Opening(account)
    if account.activated_on is None or account.activated_on > _last_day(period):
        return opening
    if (POINTS, period) not in account.pots:
        _open_points(opening, period, figures)
    if (GOODS, period) not in account.pots:
        rules = figures.on(period)
        amount = rules.allowance.total(account.members) if rules.in_kind[GOODS] else 0
        _grant(opening, Pot(GOODS, period, amount, amount, account.members))
    if (BREAD, period) not in account.pots:
        _open_bread(opening, period, figures)
    return opening


def _open_bread(opening: Opening, period: date, figures: FiguresByDay) -> None:
    account = opening.account
    rules = figures.on(period)
    daily = rules.daily_loaves(account.members) if rules.in_kind[BREAD] else 0
    loaves = daily * bread_days(account.activated_on, period)
    _grant(opening, Pot(BREAD, period, loaves, loaves, account.members, daily))


def _open_points(opening: Opening, period: date, figures: FiguresByDay) -> None:
    """Loaves left of last month become points; a household that never touched that month has all of them left."""
    last = month_before(period)
    activated = opening.account.activated_on
    if activated is not None and activated < period and (BREAD, last) not in opening.account.pots:
        _open_bread(opening, last, figures)
    bread = opening.account.pots.get((BREAD, last))
    loaves = bread.remaining if bread else 0
    piastres = loaves * figures.on(last).point_value if figures.on(period).in_kind[POINTS] else 0
    _grant(opening, Pot(POINTS, period, piastres, piastres, opening.account.members))
    if piastres:
        opening.credited.append(Credited(period, loaves, piastres))


def _grant(opening: Opening, pot: Pot) -> None:
    """Put the pot in place, less what the household owes to its programme."""
    owed = min(opening.account.debts.get(pot.programme, 0), pot.remaining)
    if owed:
        pot = Pot(pot.programme, pot.period, pot.granted, pot.remaining - owed, pot.members, pot.daily)
        opening.entries.append(Entry(pot.period, pot.programme, len(opening.entries), "debt", owed))
    opening.granted.append(Granted(pot.programme, pot.period, pot.granted))
    opening.account = opening.account.with_pot(pot).owing(pot.programme, -owed)


def bread_days(activated_on: date | None, period: date) -> int:
    """How many days of the month the household has bread for: those from its activation on."""
    if activated_on is None or activated_on > _last_day(period):
        return 0
    first = max(period, activated_on)
    return days_in_month(period) - first.day + 1


def _last_day(period: date) -> date:
    return period.replace(day=days_in_month(period))
