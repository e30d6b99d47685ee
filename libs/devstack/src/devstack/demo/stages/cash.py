"""Goods beyond the allowance for cash, at a grocer's who forgets to close the day: it is closed all the same."""

from __future__ import annotations

from datetime import date

from devstack.demo import rules as in_force
from devstack.demo.context import Context
from devstack.demo.stages.story import WAIT_S, Story
from devstack.demo.stages.totals import used
from devstack.terminal import receipt
from devstack.terminal.caller import eventually
from devstack.terminal.device import Terminal, goods

SALE, DAY = "POST /v1/redemptions", "GET /v1/outlets/{id}/days/{day}"
CLOCK = "clock"


async def play(context: Context, story: Story, day: date) -> Terminal:
    """The allowance is spent; what she buys now she pays at the counter. The terminal of that grocer."""
    grocer = await story.open("grocer", 2)
    rules = await in_force.read(context.policies, grocer.caller, day)
    free = [entry for entry in rules.goods if entry.per_person is None and entry.per_card is None]
    lines = [goods(min(free, key=lambda entry: entry.price).item, 1)]
    before = await eventually(lambda: grocer.balance(story.card_id), within_s=WAIT_S)
    due = await grocer.wallet_part(story.card_id, lines)
    sale = await eventually(lambda: grocer.sell_for_cash(story.card_id, lines), within_s=WAIT_S)
    after = await grocer.balance(story.card_id)
    story.holder.goods_amount += sum(line["amount"] for line in sale["lines"])
    story.say(12, "The allowance is spent: what goes beyond it she pays in cash.", receipt.sale(sale))
    story.check(12, "cash for what goes beyond the allowance, piastres", due, sale["cash_due"], SALE)
    taken = sum(line["amount"] for line in sale["lines"])
    spent = used(after, "goods", story.period) - used(before, "goods", story.period)
    story.check(12, "taken of the allowance beside it, piastres", taken, spent, SALE)
    return grocer


async def closed_by_itself(context: Context, story: Story, grocer: Terminal) -> None:
    """Days later: nobody has closed that day. The clock has, or does with the outlet's next close."""
    day, later = context.calendar.month_days[1], context.calendar.months[2]
    await grocer.close_day(later)
    found = await grocer.totals(day)
    story.say(15, f"The grocer forgot to close {day}: it was closed by itself.", receipt.day(found))
    story.check(15, "the day that nobody closed, closed by", CLOCK, found["closed_by"], DAY)
