"""Grants: money beside the allowance, for a time, for whoever is on its list, that buys what its own price list names.

A grant is given in windows: each row of `grant.amount` is one, from its first day to its last, with a pot of its own
that is opened when it is first drawn on, and a later one with what was left before where that is carried over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, NamedTuple

from chassis.clock import month_start
from supply_service.rules.account import GRANT_LIST, Account, Granted, Pot
from supply_service.rules.figures import Figures, FiguresByDay, Grant
from supply_service.rules.keys import GOODS
from supply_service.rules.refusals import (
    AllowanceExceeded,
    GrantClosed,
    InstalmentsUsed,
    ItemLimitExceeded,
    ItemUnknown,
    NotEligible,
)

CARRIED = "carried"  # of a pot's counted units: piastres of it that an earlier window has left

MoveKind = Literal["draw", "reversal", "carried"]


class GrantMove(NamedTuple):
    """Piastres that left a pot of a grant, or came back to it. `period`: the first day of the pot's window."""

    programme: str
    period: date
    kind: MoveKind
    amount: int


@dataclass(slots=True)
class Opened:
    """The account with a grant's pots in place, and what that did."""

    account: Account
    granted: list[Granted] = field(default_factory=list)
    moves: list[GrantMove] = field(default_factory=list)


class Bought(NamedTuple):
    """Goods as a grant paid for them."""

    account: Account
    period: date
    amount: int
    group: str | None
    units: int
    conflict: str | None = None


def grant_on(programme: str, figures: Figures) -> Grant:
    """A grant in force on the day of the figures. Raises GrantClosed."""
    grant = figures.grants.get(programme)
    if grant is None:
        raise GrantClosed("This grant is not given on this day.", detail_ar="المنحة غير متاحة في هذا اليوم")
    return grant


def may_have(account: Account, grant: Grant, day: date) -> bool:
    """Whether the household is among those for whom the grant is."""
    return not grant.listed or any(
        one.kind == GRANT_LIST and one.name == grant.name and one.on(day) for one in account.lists
    )


def open_pots(account: Account, grant: Grant, day: date, figures: FiguresByDay) -> Opened:
    """Give the account the grant's pot of the window, and those before whose rest it takes over. Raises NotEligible."""
    if not may_have(account, grant, day):
        raise NotEligible("The card is not on the grant's list.", detail_ar="الكارت غير مدرج في كشوف المنحة")
    opened = Opened(account)
    _open(opened, grant, day, figures)
    return opened


def buy(opened: Opened, grant: Grant, item: str, quantity: int, figures: Figures, *, begins: bool) -> Bought:
    """Take goods out of the window's pot; `begins`: this is the sale's first line paid by the grant.

    Raises a refusal that names what would be possible.
    """
    pot = opened.account.pots[(grant.programme, grant.since)]
    amount = price_of(grant, item, figures) * quantity
    group, units = group_of(item, figures), quantity
    most = grant.limits.get(group)
    had = pot.drawn_units.get(group, 0)
    if most is not None and had + units > most:
        raise ItemLimitExceeded(
            f"{max(0, most - had)} of {item} can still be had of the grant.",
            detail_ar=f"المتبقي لكم من {figures.items[item].name_ar} في المنحة: {max(0, most - had)}",
            item=item,
            left=max(0, most - had),
        )
    if begins and grant.instalments is not None and instalments(pot, figures.day) >= grant.instalments:
        raise InstalmentsUsed(
            f"The grant is drawn in {grant.instalments} instalments a month at most.",
            detail_ar=f"تصرف المنحة على {grant.instalments} مرات في الشهر بحد أقصى",
            most=grant.instalments,
        )
    if amount > pot.remaining:
        raise AllowanceExceeded(
            f"{amount} piastres are needed, {pot.remaining} are left of the grant.",
            detail_ar="المتبقي من المنحة لا يكفي",
            needed=amount,
            remaining=pot.remaining,
        )
    return Bought(
        opened.account.with_pot(_after(pot, amount, group, units, figures.day, begins=begins)),
        pot.period,
        amount,
        group,
        units,
    )


def buy_late(
    opened: Opened, grant: Grant, item: str, quantity: int, amount: int, figures: Figures, *, begins: bool
) -> Bought:
    """Book goods that were handed over already and the balance pays for: limits passed are told, not refused."""
    pot = payable(opened.account, grant)
    if pot.period != grant.since:  # what was left has been carried over: its own window's limits count no more
        left = {**pot.drawn_units, CARRIED: pot.drawn_units[CARRIED] - amount}
        after = pot._replace(remaining=pot.remaining - amount, drawn_units=left)
        return Bought(opened.account.with_pot(after), pot.period, amount, None, 0)
    group, units = group_of(item, figures), quantity
    most, conflict = grant.limits.get(group), None
    if most is not None and pot.drawn_units.get(group, 0) + units > most:
        conflict = ItemLimitExceeded.code
    elif begins and grant.instalments is not None and instalments(pot, figures.day) >= grant.instalments:
        conflict = InstalmentsUsed.code
    after = _after(pot, amount, group, units, figures.day, begins=begins)
    return Bought(opened.account.with_pot(after), pot.period, amount, group, units, conflict)


def payable(account: Account, grant: Grant) -> Pot:
    """The pot that pays for a late sale of a window: its own, or the one that has taken over what was left of it."""
    own = account.pots[(grant.programme, grant.since)]
    later = [
        pot
        for pot in account.pots.values()
        if pot.programme == grant.programme and pot.period > grant.since and pot.drawn_units.get(CARRIED, 0) > 0
    ]
    return min(later, key=lambda pot: pot.period) if later and not own.remaining else own


def carried_over(account: Account, pot: Pot) -> bool:
    """Whether a later pot has taken over what this one had left."""
    return any(
        later.programme == pot.programme and later.period > pot.period and CARRIED in later.drawn_units
        for later in account.pots.values()
    )


def left_for_late(pot: Pot, grant: Grant) -> int:
    """Piastres that a late sale of the window may still take of the pot that pays for it."""
    return pot.remaining if pot.period == grant.since else min(pot.remaining, pot.drawn_units.get(CARRIED, 0))


def put_back(pot: Pot, amount: int, group: str | None, units: int) -> Pot:
    """Undo a purchase."""
    drawn: Mapping[str, int] = pot.drawn_units
    if group is not None and units:
        drawn = {**drawn, group: max(0, drawn.get(group, 0) - units)}
    return pot._replace(remaining=pot.remaining + amount, drawn_units=drawn)


def give_instalment_back(pot: Pot, day: date) -> Pot:
    """Undo that a sale of a day was an instalment."""
    month = _month(day)
    return pot._replace(drawn_units={**pot.drawn_units, month: max(0, pot.drawn_units.get(month, 0) - 1)})


def instalments(pot: Pot, day: date) -> int:
    """In how many sales of the day's month the pot was drawn on."""
    return pot.drawn_units.get(_month(day), 0)


def price_of(grant: Grant, item: str, figures: Figures) -> int:
    """Piastres for one by the grant's own list: nothing else is bought for its money. Raises ItemUnknown."""
    price = figures.prices.get((grant.programme, item))
    if price is None or item not in figures.items:
        raise ItemUnknown(f"{item} is not among the grant's goods.", detail_ar="السلعة ليست من سلع المنحة", item=item)
    return price


def group_of(item: str, figures: Figures) -> str:
    """What an item counts against in a grant, piece by piece: its kind (rice), else its group (oil), else itself."""
    known = figures.items[item]
    return known.limit_kind or known.limit_group or item


def _open(opened: Opened, grant: Grant, day: date, figures: FiguresByDay) -> None:
    if (grant.programme, grant.since) in opened.account.pots:
        return
    members = opened.account.counted(GOODS, month_start(grant.since))
    amount = grant.amount.at(members)
    carried = _carry(opened, grant, amount, figures)
    whole = amount + carried
    pot = Pot(grant.programme, grant.since, whole, whole, members, drawn_units={CARRIED: carried} if carried else {})
    opened.granted.append(Granted(grant.programme, grant.since, whole))
    opened.account = opened.account.with_pot(pot)


def _carry(opened: Opened, grant: Grant, amount: int, figures: FiguresByDay) -> int:
    """Take over what the window before has left, up to the most that a pot may hold with it."""
    if grant.most_with_carried is None:
        return 0
    last = grant.since - timedelta(days=1)
    before = figures.on(last).grants.get(grant.programme)
    if before is None:
        return 0
    key = (before.programme, before.since)
    if key not in opened.account.pots:
        if not may_have(opened.account, before, last):
            return 0
        _open(opened, before, last, figures)
    pot = opened.account.pots[key]
    carried = min(pot.remaining, max(0, grant.most_with_carried - amount))
    if carried:
        opened.account = opened.account.with_pot(pot._replace(remaining=pot.remaining - carried))
        opened.moves.append(GrantMove(before.programme, before.since, "carried", carried))
    return carried


def _after(pot: Pot, amount: int, group: str, units: int, day: date, *, begins: bool) -> Pot:
    drawn = {**pot.drawn_units, group: pot.drawn_units.get(group, 0) + units}
    if begins:
        drawn[_month(day)] = drawn.get(_month(day), 0) + 1
    return pot._replace(remaining=pot.remaining - amount, drawn_units=drawn)


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
