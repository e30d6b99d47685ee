"""Opening a household's months: pots are granted, old debts and undrawn loaves settled.

A month is opened as if on its first day, whenever that is done: months that nobody touched are opened in their order
before a later one, so that opening when a household first draws comes to what opening all of them at once does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from chassis.clock import month_start
from supply_service.rules import flour
from supply_service.rules.account import (
    Account,
    Credited,
    Entry,
    Granted,
    Pot,
    days_in_month,
    month_after,
    month_before,
)
from supply_service.rules.cash import CashDue, bread_days, cash_of, remaining_of_legacy
from supply_service.rules.figures import FiguresByDay
from supply_service.rules.keys import BREAD, FLOUR, GOODS, POINTS


@dataclass(slots=True)
class Opening:
    """The account with the month's pots in place, and what that did."""

    account: Account
    granted: list[Granted] = field(default_factory=list)
    credited: list[Credited] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    paid: list[CashDue] = field(default_factory=list)


def open_month(account: Account, period: date, figures: FiguresByDay) -> Opening:
    """Give the account the pots it does not have yet of the month and of those before it.

    A month's amounts follow the policies of its first day and the members who count in it by what the register has
    told. Debts of offline sales are paid out of the new pots first, out of
    each as much as a month may be taken for them.
    """
    opening = Opening(account)
    for month in months_to_open(account, period):
        _open(opening, month, figures)
    return opening


def months_to_open(account: Account, period: date) -> Iterator[date]:
    """The months up to one that are not open, oldest first; one that lies behind the last open one by itself."""
    if account.activated_on is None or account.activated_on > _last_day(period):
        return
    month = month_start(account.activated_on) if account.opened is None else month_after(account.opened)
    month = min(month, period)
    while month <= period:
        yield month
        month = month_after(month)


def goods_of(account: Account, members: int, period: date, figures: FiguresByDay) -> int:
    """Piastres of goods for so many members; in the month of activation what the ration card has not drawn of them."""
    rules = figures.on(period)
    if not rules.in_kind(GOODS, account.category(period)):
        return 0
    return remaining_of_legacy(account, rules.allowance.total(members), period)


def daily_bread(account: Account, members: int, period: date, figures: FiguresByDay) -> int:
    """Loaves for a day."""
    rules = figures.on(period)
    return rules.daily_loaves(members) if rules.in_kind(BREAD, account.category(period)) else 0


def flour_of(members: int, period: date, figures: FiguresByDay) -> int:
    """Kilograms of flour that so many members have instead of a month's bread."""
    return figures.on(period).flour_kilograms * members


def _open(opening: Opening, period: date, figures: FiguresByDay) -> None:
    if (POINTS, period) not in opening.account.pots:
        _open_points(opening, period, figures)
    if (GOODS, period) not in opening.account.pots:
        members = opening.account.counted(GOODS, period)
        amount = goods_of(opening.account, members, period, figures)
        _grant(opening, Pot(GOODS, period, amount, amount, members), figures)
        _pay(opening, GOODS, members, period, figures)
    if (BREAD, period) not in opening.account.pots:
        _open_bread(opening, period, figures)
    if opening.account.opened is None or opening.account.opened < period:
        opening.account = opening.account._replace(opened=period)


def _open_bread(opening: Opening, period: date, figures: FiguresByDay) -> None:
    account = opening.account
    members = account.counted(BREAD, period)
    if flour.instead_of_bread(account, period, figures):
        kilograms = flour_of(members, period, figures)
        _grant(opening, Pot(BREAD, period, 0, 0, members), figures)
        _grant(opening, Pot(FLOUR, period, kilograms, kilograms, members), figures)
        return
    daily = daily_bread(account, members, period, figures)
    loaves = daily * bread_days(account.activated_on, period)
    _grant(opening, Pot(BREAD, period, loaves, loaves, members, daily), figures)
    _pay(opening, BREAD, members, period, figures)


def _pay(opening: Opening, programme: str, members: int, period: date, figures: FiguresByDay) -> None:
    """Where a programme is given as cash, have the month's amount paid. Debts stay for the months given in kind."""
    if amount := cash_of(opening.account, programme, members, period, figures):
        opening.paid.append(CashDue(programme, period, amount, amount, members))
        opening.entries.append(Entry(period, programme, len(opening.entries), "cash", amount))


def _open_points(opening: Opening, period: date, figures: FiguresByDay) -> None:
    """Loaves left of last month become points; a household that never touched that month has all of them left."""
    last = month_before(period)
    activated = opening.account.activated_on
    if activated is not None and activated < period and (BREAD, last) not in opening.account.pots:
        _open_bread(opening, last, figures)
    bread = opening.account.pots.get((BREAD, last))
    loaves = bread.remaining if bread else 0
    given = figures.on(period).in_kind(POINTS, opening.account.category(period))
    piastres = loaves * figures.on(last).point_value if given else 0
    _grant(opening, Pot(POINTS, period, piastres, piastres, bread.members if bread else 0), figures)
    if piastres:
        opening.credited.append(Credited(period, loaves, piastres))


def most_taken_back(granted: int, period: date, figures: FiguresByDay) -> int:
    """How much of a pot may go to what the household owes."""
    return int(granted * figures.on(period).debt_share)


def _grant(opening: Opening, pot: Pot, figures: FiguresByDay) -> None:
    """Put the pot in place, less what the household owes to its programme, as far as a month may be taken for it."""
    owed = opening.account.debts.get(pot.programme, 0)
    if owed:
        owed = min(owed, pot.remaining, most_taken_back(pot.granted, pot.period, figures))
    if owed:
        pot = Pot(pot.programme, pot.period, pot.granted, pot.remaining - owed, pot.members, pot.daily)
        opening.entries.append(Entry(pot.period, pot.programme, len(opening.entries), "debt", owed))
    opening.granted.append(Granted(pot.programme, pot.period, pot.granted))
    opening.account = opening.account.with_pot(pot).owing(pot.programme, -owed)


def _last_day(period: date) -> date:
    return period.replace(day=days_in_month(period))
