"""The citizen at the grocer's: a sale that the wallet pays a part of, its reversal, and the sale rung up right."""

from __future__ import annotations

import asyncio
import time

from devstack.demo import rules as in_force
from devstack.demo.behaviour import staples
from devstack.demo.context import Context
from devstack.demo.rules import Rules
from devstack.demo.stages.story import PIN, WAIT_S, Story, pot
from devstack.demo.waiting import until
from devstack.terminal import receipt
from devstack.terminal.answers import Line, SaleAnswer
from devstack.terminal.caller import Refused
from devstack.terminal.device import goods
from devstack.terminal.mixed import HOLD_UNKNOWN
from devstack.terminal.proof import by_pin
from devstack.terminal.wire import NotReached

MORE_GOODS = 3
SALE, REVERSAL = "POST /v1/redemptions", "POST /v1/redemptions/{id}/reversal"
POTS, WALLET = "GET /v1/entitlements/{card}", "GET /v1/wallets/{card}"
PAYMENT = "GET /v1/payments/{id}"


async def play(context: Context, story: Story) -> None:
    """11. A sale part from the allowance and part from the wallet; 12. taken back, and rung up right."""
    rules = await in_force.read(context.policies, story.grocer.caller, context.calendar.month_days[1])
    basket = _basket(rules, story)
    await _buy(story, [*basket[:-1], basket[-1] | {"quantity": 2}], basket)


def _basket(rules: Rules, story: Story) -> list[Line]:
    """Oil and sugar for the month and more goods than the allowance has left for."""
    free = [entry for entry in rules.goods if entry.per_person is None and entry.per_card is None]
    dearest = sorted(free, key=lambda entry: entry.price, reverse=True)[:MORE_GOODS]
    return [*staples(rules, len(story.household.members)), *(goods(entry.item, 1) for entry in dearest)]


async def _buy(story: Story, one_too_many: list[Line], basket: list[Line]) -> None:
    before = await _goods(story)
    wallet_part = await story.grocer.wallet_part(story.card_id, one_too_many)
    sale = await _sell(story, one_too_many)
    story.say(11, "The grocer's terminal sells goods beyond the allowance: the wallet pays the rest.",
              receipt.sale(sale))  # fmt: skip
    story.check(11, "paid by the allowance, piastres", before, sum(line["amount"] for line in sale["lines"]), SALE)
    tendered = sum(tender["amount"] for tender in sale["tenders"])
    story.check(11, "paid by the wallet, piastres", wallet_part, tendered, SALE)
    story.check(11, "the wallet's hold", "captured", await _hold(story, sale["tenders"][0]["payment_id"]), PAYMENT)
    story.check(11, "allowance left, piastres", 0, await _goods(story), POTS)
    story.check(11, "wallet after its part, piastres", story.wallet - wallet_part,
                await story.wallet_of(story.wallet - wallet_part), WALLET)  # fmt: skip
    back = await story.grocer.reverse(sale["redemption_id"], "wrong_goods")
    story.say(12, "One packet too many was rung up: the sale is reversed.", receipt.reversal(back))
    story.check(12, "allowance after the reversal, piastres", before, await _goods(story), REVERSAL)
    story.check(12, "wallet after the reversal, piastres", story.wallet, await story.wallet_of(story.wallet), WALLET)
    wallet_part = await story.grocer.wallet_part(story.card_id, basket)
    sale = await _sell(story, basket)
    story.holder.goods_amount += sum(line["amount"] for line in sale["lines"])
    story.wallet -= wallet_part
    story.say(12, f"It is rung up again, right: the wallet pays EGP {receipt.pounds(wallet_part)}.")
    story.check(12, "wallet after the right sale, piastres", story.wallet, await story.wallet_of(story.wallet), WALLET)


async def _sell(story: Story, lines: list[Line]) -> SaleAnswer:
    """Sell as a grocer does: what was cut off is settled first; where the hold came too late it is rung up again."""
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            settled: SaleAnswer | None = await story.grocer.settle()
            prove = by_pin(story.grocer.caller, story.card_id, PIN)
            return settled or await story.grocer.sell_mixed(story.card_id, lines, prove=prove)
        except NotReached:
            if time.monotonic() >= deadline:
                raise
        except Refused as refusal:
            if refusal.code != HOLD_UNKNOWN or time.monotonic() >= deadline:
                raise
        await asyncio.sleep(1)


async def _hold(story: Story, payment_id: str) -> str:
    """The state of a sale's hold once payments have heard of the sale."""
    found = await until(
        lambda: story.grocer.caller.get(f"/v1/payments/{payment_id}"),
        lambda payment: bool(payment["state"] != "held"),
        within_s=WAIT_S,
    )
    return str(found["state"])


async def _goods(story: Story) -> int:
    return pot(await story.grocer.balance(story.card_id), "goods", story.period)
