"""A month at the bakeries and shops, day after day with the clock moved on; one day a district is cut off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date

from devstack.demo import rules as in_force
from devstack.demo.behaviour import TAKE_UP, days_to_draw, groceries, staples
from devstack.demo.calendar import at
from devstack.demo.context import Cardholder, Context
from devstack.demo.rules import Rules
from devstack.demo.stages import closing
from devstack.demo.stages.outage import Outage
from devstack.terminal.answers import Line
from devstack.terminal.caller import Refused
from devstack.terminal.device import bread
from devstack.terminal.fleet import FleetTerminal, Tally, in_parallel

TRIES_AGAIN = 0.002
TAKEN_BACK = 0.002
CITY_DAYS = 10_000
ALREADY_DRAWN = "day_already_drawn"


@dataclass(slots=True)
class Month:
    """What the month came to."""

    rules: Rules
    bread: Tally = field(default_factory=Tally)
    sales: Tally = field(default_factory=Tally)
    household_days: int = 0
    second_tries: int = 0
    second_tries_refused: int = 0
    reversed: int = 0
    closings: closing.Closings = field(default_factory=closing.Closings)


async def play(
    context: Context,
    first_day: Callable[[], Awaitable[None]],
    second_day: Callable[[], Awaitable[None]],
    each_day: Callable[[date], Awaitable[None]],
) -> Month:
    """Play every day; `first_day` and `second_day` are run on theirs before the others come, then `each_day`."""
    days = context.calendar.month_days
    context.headline(f"A month of sales: {days[0]} to {days[-1]}")
    await context.set_clock(at(days[0], 6))
    rules = await in_force.read(context.policies, context.shops[0].caller, days[0])
    await first_day()
    month = Month(rules)
    outage = Outage(context, rules)
    with context.bar("days", len(days)) as advance:
        for day in days:
            await context.set_clock(at(day, 6))
            await outage.reconnect(day, month.closings)
            if day == days[1]:
                await second_day()
            await each_day(day)
            await Day(context, month, day, outage).play()
            advance()
        # Where the last day was the one without a network, its sales come in that evening, after the last of them.
        await context.set_clock(at(days[-1], 18))
        await outage.end(month.closings)
    _figures(context, month)
    return month


class Day:
    """One day: who comes where, all at once, and the outlets' close."""

    def __init__(self, context: Context, month: Month, day: date, outage: Outage) -> None:
        self.context, self.month, self.day, self.outage = context, month, day, outage
        self.by_district: dict[str, list[FleetTerminal]] = defaultdict(list)
        for bakery in context.bakeries:
            self.by_district[bakery.district].append(bakery)

    async def play(self) -> None:
        """Play it."""
        rng, context = self.context.rng, self.context
        last = context.calendar.month_days[-1].day
        sales: list[tuple[Cardholder, int]] = []
        for holder in context.heads:
            if holder.covered_until < self.day.day:
                days = days_to_draw(rng, self.month.rules, holder.members, self.day.day, last)
                if days:
                    sales.append((holder, days))
        rng.shuffle(sales)
        self.month.household_days += sum(days for _, days in sales)
        cut_off = await self.outage.begin(self.day, sales)
        online = [sale for sale in sales if sale[0].card_id not in cut_off]
        await in_parallel(online, self._sell_bread, lanes=context.options.lanes, tally=self.month.bread)
        await in_parallel(self._shoppers(), self._shop, lanes=context.options.lanes, tally=self.month.sales)
        await self.outage.sell()
        open_terminals = [t for t in (*context.bakeries, *context.shops) if t not in self.outage.terminals]
        await closing.close(context, self.month.closings, open_terminals, self.day)

    async def _sell_bread(self, sale: tuple[Cardholder, int]) -> None:
        holder, days = sale
        bakery = self._bakery(holder)
        loaves = days * self.month.rules.daily_loaves(holder.members)
        await bakery.sell(holder.card_id, [bread(loaves)])
        holder.covered_until = self.day.day + days - 1
        holder.loaves += loaves
        if self.context.rng.random() < TRIES_AGAIN:
            await self._try_again(holder, loaves)

    def _bakery(self, holder: Cardholder) -> FleetTerminal:
        near = [b for b in self.by_district[holder.household.district] if b not in self.outage.terminals]
        online = near or [b for b in self.context.bakeries if b not in self.outage.terminals]
        return self.context.rng.choice(online)

    async def _try_again(self, holder: Cardholder, loaves: int) -> None:
        self.month.second_tries += 1
        try:
            await self._bakery(holder).sell(holder.card_id, [bread(loaves)])
        except Refused as refusal:
            self.month.second_tries_refused += refusal.code == ALREADY_DRAWN

    def _shoppers(self) -> list[tuple[Cardholder, list[Line]]]:
        """A household buys oil and sugar on one day of the month, and spends more of the rest on another."""
        days, rng = len(self.context.calendar.month_days), self.context.rng
        today, rules = self.day.day - 1, self.month.rules
        shoppers = []
        for number, holder in enumerate(self.context.holders):
            if not holder.card_id or holder.apart:
                continue
            if number % days == today:
                shoppers.append((holder, staples(rules, holder.members)))
            elif (number + days // 2) % days == today and holder.goods_amount:
                left = rules.monthly_allowance(holder.members) - holder.goods_amount
                shoppers.append((holder, groceries(rng, rules, left)))
        return [shopper for shopper in shoppers if shopper[1]]

    async def _shop(self, shopper: tuple[Cardholder, list[Line]]) -> None:
        holder, lines = shopper
        shop = self.context.rng.choice(self.context.shops)
        answer = await shop.sell(holder.card_id, lines)
        amount = sum(line["amount"] for line in answer["lines"])
        if self.context.rng.random() >= TAKEN_BACK:
            holder.goods_amount += amount
            return
        path = f"/v1/redemptions/{answer['redemption_id']}/reversal"
        await shop.caller.post(path, {"reason": "wrong_goods"})
        shop.take_back(answer)
        self.month.reversed += 1


def _figures(context: Context, month: Month) -> None:
    report = context.report
    report.figure("bakeries' sales through the gateway", month.bread.per_second, "a second")
    report.figure("sale of bread, median", month.bread.percentile(0.5), "ms")
    report.figure("sale of bread, 99 in 100 within", month.bread.percentile(0.99), "ms")
    report.figure("grocers' sales through the gateway", month.sales.per_second, "a second")
    where = "POST /v1/redemptions"
    report.figure("sales of bread", month.bread.done, "in the month")
    report.figure("sales of goods", month.sales.done, "in the month")
    refused = ", ".join(f"{code} {n}" for code, n in (month.bread.refused + month.sales.refused).items())
    report.check("sales refused that should not be", "none", refused or "none", where)
    report.check("second sales of the same days refused", month.second_tries, month.second_tries_refused, where)
    days = len(context.calendar.month_days) * len(context.holders)
    # A few households over a few days may do anything; a city over a month does what the country does.
    margin = 0.05 if days >= CITY_DAYS else 0.3
    share = round(month.household_days / max(days, 1), 2)
    report.check(
        "share of the bread that was drawn", TAKE_UP, share, where,
        by=lambda expected, found: bool(abs(found - expected) <= margin), shown=f"{TAKE_UP} ± {margin}",
    )  # fmt: skip
