"""Opening a household's months: pots are granted, old debts and undrawn loaves settled.

A month is opened as if on its first day, whenever that is done: months that nobody touched are opened in their order
before a later one, so that opening when a household first draws comes to what opening all of them at once does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from chassis.clock import month_start
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
    """Give the account the pots it does not have yet of the month and of those before it.

    A month's amounts follow the policies of its first day and the members who count in it by what the register has
    told. Debts of offline sales are paid out of the new pots first.
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
    if not rules.in_kind[GOODS]:
        return 0
    whole = rules.allowance.total(members)
    if account.legacy is None or account.activated_on is None or month_start(account.activated_on) != period:
        return whole
    return 0 if account.legacy.drawn is None else max(0, whole - account.legacy.drawn)


def daily_bread(members: int, period: date, figures: FiguresByDay) -> int:
    """Loaves for a day."""
    rules = figures.on(period)
    return rules.daily_loaves(members) if rules.in_kind[BREAD] else 0


def bread_days(activated_on: date | None, period: date) -> int:
    """How many days of the month the household has bread for: those from its activation on."""
    if activated_on is None or activated_on > _last_day(period):
        return 0
    first = max(period, activated_on)
    return days_in_month(period) - first.day + 1


def _open(opening: Opening, period: date, figures: FiguresByDay) -> None:
    if (POINTS, period) not in opening.account.pots:
        _open_points(opening, period, figures)
    if (GOODS, period) not in opening.account.pots:
        members = opening.account.counted(GOODS, period)
        amount = goods_of(opening.account, members, period, figures)
        _grant(opening, Pot(GOODS, period, amount, amount, members))
    if (BREAD, period) not in opening.account.pots:
        _open_bread(opening, period, figures)
    if opening.account.opened is None or opening.account.opened < period:
        opening.account = opening.account._replace(opened=period)


def _open_bread(opening: Opening, period: date, figures: FiguresByDay) -> None:
    account = opening.account
    members = account.counted(BREAD, period)
    daily = daily_bread(members, period, figures)
    loaves = daily * bread_days(account.activated_on, period)
    _grant(opening, Pot(BREAD, period, loaves, loaves, members, daily))


def _open_points(opening: Opening, period: date, figures: FiguresByDay) -> None:
    """Loaves left of last month become points; a household that never touched that month has all of them left."""
    last = month_before(period)
    activated = opening.account.activated_on
    if activated is not None and activated < period and (BREAD, last) not in opening.account.pots:
        _open_bread(opening, last, figures)
    bread = opening.account.pots.get((BREAD, last))
    loaves = bread.remaining if bread else 0
    piastres = loaves * figures.on(last).point_value if figures.on(period).in_kind[POINTS] else 0
    _grant(opening, Pot(POINTS, period, piastres, piastres, bread.members if bread else 0))
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


def _last_day(period: date) -> date:
    return period.replace(day=days_in_month(period))
