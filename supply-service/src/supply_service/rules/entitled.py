"""What a month gives households, and what other policies would change of it. Pure.

The month is opened by the rules that open all months (`rules.opening`): nothing of them stands here a second time.
Households of which the same `Facts` hold are given the same, so that each case is worked out once for all of them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from uuid import UUID

from chassis.clock import month_start
from policybook.book import Policy
from supply_service.rules import keys
from supply_service.rules.account import CATEGORY, GRANT_LIST, Account, Listed, Pot, month_after, month_before
from supply_service.rules.figures import Figures, FiguresByDay
from supply_service.rules.grants import may_have, open_pots
from supply_service.rules.keys import BREAD, FLOUR, GOODS, POINTS
from supply_service.rules.opening import open_month
from supply_service.rules.sizes import Size

NOBODY = UUID(int=0)


class Facts(NamedTuple):
    """What of a household decides what a month gives it: who count for what, loaves left of the month before, its
    category where a list names it, the grants whose lists do where any begins in the month, and where its card was
    issued if it has chosen flour for the month."""

    goods: int
    bread: int
    undrawn: int = 0
    category: str | None = None
    grants: tuple[str, ...] = ()
    flour: str | None = None

    @property
    def size(self) -> int:
        """Members who count for anything."""
        return max(self.goods, self.bread)


class Given(NamedTuple):
    """What a month gives a household that draws all of it.

    `goods`, `points`, `cash` and `grants` that begin in the month in piastres; `loaves`, and `kilograms` of flour in
    their place, with the piastres that the state adds to their price (`bread`, `flour`).
    """

    goods: int
    loaves: int
    bread: int
    points: int
    cash: int
    grants: int
    kilograms: int = 0
    flour: int = 0

    @property
    def money(self) -> int:
        """Piastres of all but bread; of flour what it is worth beyond its price."""
        return self.goods + self.points + self.cash + self.grants + self.flour

    def and_more(self, other: Given, times: int = 1) -> Given:
        """This and so many times another."""
        return Given(*(one + more * times for one, more in zip(self, other, strict=True)))


NOTHING = Given(0, 0, 0, 0, 0, 0)


class Change(NamedTuple):
    """What a month gives as things stand and with other policies.

    `dearer`: what goods cost the household more by their prices; `gain`: what it has more, with that, below zero where
    it has less. Both in piastres.
    """

    before: Given
    after: Given
    dearer: int
    gain: int


def change(facts: Facts, month: date, before: FiguresByDay, after: FiguresByDay) -> Change:
    """What of a month changes for households of which these facts hold. Raises PolicyMissing or PolicyInvalid."""
    now, new = before.on(month), after.on(month)
    worth = worth_of_flour(now, new)
    given, then = entitled(facts, month, before, worth), entitled(facts, month, after, worth)
    more = dearer(facts.goods, given.goods, now, new)
    # A loaf is worth to a household what it costs as things stand: that flour has become dearer makes nobody richer.
    loaves = then.loaves * (now.loaf_cost - new.loaf_price) - given.loaves * (now.loaf_cost - now.loaf_price)
    return Change(given, then, more, then.money - given.money + loaves - more)


def worth_of_flour(now: Figures, new: Figures) -> int:
    """Piastres that a kilogram of flour is worth: what the loaves of the same price cost as things stand.

    No source tells what flour costs the state; a household owes it as loaves of its price, too (`floors.uphold`).
    """
    price = now.flour_price or new.flour_price
    return price * now.loaf_cost // now.loaf_price if now.loaf_price else price


def entitled(facts: Facts, month: date, figures: FiguresByDay, worth: int | None = None) -> Given:
    """What a month gives that is opened on its 1st, to a household that has had its card before.

    `worth`: piastres of a kilogram of flour, by the month's own figures where none is given.
    """
    last = month_before(month)
    left = Pot(BREAD, last, facts.undrawn, facts.undrawn, facts.bread)
    named = [(CATEGORY, facts.category)] if facts.category else []
    lists = tuple(Listed(kind, name, last, None) for kind, name in named + [(GRANT_LIST, one) for one in facts.grants])
    sizes = (Size(last, facts.goods, facts.bread),)
    account = Account(
        NOBODY, facts.flour or "", facts.size, last, {}, {left.key: left}, sizes, opened=last, lists=lists,
        flour=() if facts.flour is None else (month,),
    )  # fmt: skip
    opened = open_month(account, month, figures)
    pots = opened.account.pots
    loaves, rules = pots[BREAD, month].granted, figures.on(month)
    kilograms = pots[FLOUR, month].granted if (FLOUR, month) in pots else 0
    of_each = (worth_of_flour(rules, rules) if worth is None else worth) - rules.flour_price
    return Given(
        goods=pots[GOODS, month].granted,
        loaves=loaves,
        bread=loaves * (rules.loaf_cost - rules.loaf_price),
        points=pots[POINTS, month].granted,
        cash=sum(due.amount for due in opened.paid),
        grants=sum(_granted(account, day, figures) for day in grants_begin(month, figures)),
        kilograms=kilograms,
        flour=kilograms * of_each,
    )


def grants_begin(month: date, figures: FiguresByDay) -> list[date]:
    """The days of a month on which windows of grants begin."""
    rows = figures.book.rows(keys.GRANT_AMOUNT.name)
    return sorted({row.effective_from for row in rows if row.approved_by and month_start(row.effective_from) == month})


def _granted(account: Account, day: date, figures: FiguresByDay) -> int:
    """Piastres of the grants whose windows begin on a day, without what is carried over: all of it is drawn."""
    begin = [grant for grant in figures.on(day).grants.values() if grant.since == day]
    return sum(
        one.granted
        for grant in begin
        if may_have(account, grant, day)
        for one in open_pots(account, grant._replace(most_with_carried=None), day, figures).granted
    )


def dearer(members: int, allowance: int, before: Figures, after: Figures) -> int:
    """Piastres by which the most that the allowance buys of goods with another price costs more, below zero where less.

    The most is what limits allow so many members, and no more than the allowance pays for; of a group of goods that
    share a limit the one whose price moves it most counts.
    """
    moved: dict[str, int] = {}
    for (programme, name), price in before.prices.items():
        new, item = after.prices.get((programme, name)), before.items.get(name)
        if programme != GOODS or not price or new is None or new == price or item is None:
            continue
        most = allowance // price
        limit = before.limits.get(item.limit_group or "")
        if limit is not None:
            most = min(most, limit.units(members) // item.limit_units)
        group = item.limit_group or name
        moved[group] = max(moved.get(group, 0), most * (new - price), key=abs)
    return sum(moved.values())


def points_move(month: date, before: FiguresByDay, after: FiguresByDay) -> bool:
    """Whether what is left of the month before comes to another sum of points."""
    last = month_before(month)
    return before.on(last).point_value != after.on(last).point_value or _points(before.on(month)) != _points(
        after.on(month)
    )


def first_month(rows: Collection[Policy]) -> date:
    """The first month that is opened by all of these rows. Raises ValueError where there is none."""
    month = max(map(_from, rows))
    if not all(holds(row, month) for row in rows):
        raise ValueError("the rows hold on no 1st together")
    return month


def holds(row: Policy, month: date) -> bool:
    """Whether a month is opened by a row, were it approved; a grant's window by the row with which it begins."""
    if row.key == keys.GRANT_AMOUNT.name:
        return month_start(row.effective_from) == month
    if row.key == keys.GRANT_FOR.name:
        return row.effective_from < month_after(month) and (row.effective_to is None or row.effective_to >= month)
    return row.effective_from <= _deciding(row, month) and (
        row.effective_to is None or _deciding(row, month) <= row.effective_to
    )


def _points(figures: Figures) -> dict[str | None, str]:
    """How points are given, by category."""
    return {category: mode for (programme, category), mode in figures.modes.items() if programme == POINTS}


def _deciding(row: Policy, month: date) -> date:
    """The day whose row decides in a month: its 1st; of what loaves are worth, that of the month they are left of."""
    return month_before(month) if row.key == keys.POINT_VALUE.name else month


def _from(row: Policy) -> date:
    first = row.effective_from
    if row.key in {keys.GRANT_AMOUNT.name, keys.GRANT_FOR.name}:
        return month_start(first)
    month = first if first.day == 1 else month_after(first.replace(day=1))
    return month_after(month) if row.key == keys.POINT_VALUE.name else month
