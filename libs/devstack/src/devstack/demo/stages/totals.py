"""The same month counted three times: by the terminals, by the outlets' days, by the households' entitlements."""

from __future__ import annotations

from typing import Any

from devstack.demo.context import Cardholder, Context
from devstack.demo.stages.month import Month
from devstack.terminal.fleet import in_parallel

MOST_ASKED = 5_000


async def play(context: Context, month: Month) -> None:
    """Compare them."""
    context.headline("Totals")
    closings, check = month.closings, context.report.check
    where = "POST /v1/outlets/{id}/days/{day}/close"
    check("outlet days closed", closings.days, closings.tally.done, where)
    check("outlet days that differ from their terminal's book", 0, len(closings.differing), where)
    check("loaves: terminals, outlet days", closings.believed.loaves, closings.found.loaves, where)
    check("cash for bread, piastres", closings.believed.cash_amount, closings.found.cash_amount, where)
    check("goods from the allowance, piastres", closings.believed.goods_amount, closings.found.goods_amount, where)
    check("reversals", month.reversed, closings.found.reversals, where)
    await _entitlements(context, month)


async def _entitlements(context: Context, month: Month) -> None:
    asked = context.holders
    if len(asked) > MOST_ASKED:
        asked = context.rng.sample(asked, MOST_ASKED)
    drawn = {"bread": 0, "goods": 0}
    differing = 0
    period = context.calendar.month.isoformat()

    async def ask(numbered: tuple[int, Cardholder]) -> None:
        nonlocal differing
        number, holder = numbered
        had = {}
        for programme, fleet in (("bread", context.bakeries), ("goods", context.shops)):
            answer = await fleet[number % len(fleet)].caller.get(f"/v1/entitlements/{holder.card_id}")
            had[programme] = used(answer, programme, period)
        for programme, amount in had.items():
            drawn[programme] += amount
        differing += had != {"bread": holder.loaves, "goods": holder.goods_amount}

    with context.bar("entitlements", len(asked)) as advance:
        tally = await in_parallel(enumerate(asked), ask, lanes=context.options.lanes, progress=advance)
    where, check = "GET /v1/entitlements/{card}", context.report.check
    context.report.figure("entitlements read", tally.per_second, "a second")
    check("loaves: terminals, households' pots", sum(holder.loaves for holder in asked), drawn["bread"], where)
    check("goods: terminals, households' pots", sum(holder.goods_amount for holder in asked), drawn["goods"], where)
    check(f"households of {len(asked):,} whose pots differ from what they drew", 0, differing, where)


def used(entitlements: dict[str, Any], programme: str, period: str) -> int:
    """What was taken out of the pot of that month."""
    return sum(
        pot["granted"] - pot["remaining"]
        for pot in entitlements["pots"]
        if pot["programme"] == programme and pot["period"] == period
    )
