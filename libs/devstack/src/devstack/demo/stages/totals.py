"""The same month counted three times: by the terminals, by the outlets' days, by the households' entitlements."""

from __future__ import annotations

from collections.abc import Mapping

from devstack.demo.context import Cardholder, Context
from devstack.demo.pots import BREAD, GOODS, Key, Pot
from devstack.demo.stages.month import Month
from devstack.terminal.answers import Balance


def play(context: Context, month: Month, asked: list[Cardholder], found: Mapping[str, Mapping[Key, Pot]]) -> None:
    """Compare them. `found`: the pots of the households that were `asked` for, at the end of the month."""
    context.headline("Totals")
    closings, check = month.closings, context.report.check
    where = "POST /v1/outlets/{id}/days/{day}/close"
    check("outlet days closed", closings.days, closings.tally.done, where)
    check("outlet days that differ from their terminal's book", 0, len(closings.differing), where)
    check("loaves: terminals, outlet days", closings.believed.loaves, closings.found.loaves, where)
    check("cash for bread, piastres", closings.believed.cash_amount, closings.found.cash_amount, where)
    check("goods from the allowance, piastres", closings.believed.goods_amount, closings.found.goods_amount, where)
    check("reversals", month.reversed, closings.found.reversals, where)
    _entitlements(context, asked, found)


def _entitlements(context: Context, asked: list[Cardholder], found: Mapping[str, Mapping[Key, Pot]]) -> None:
    drawn = {BREAD: 0, GOODS: 0}
    differing = 0
    for holder in asked:
        pots = found.get(holder.household_id, {})
        had = {name: _used(pots.get(Key(context.calendar.month, name))) for name in drawn}
        for name, amount in had.items():
            drawn[name] += amount
        differing += had != {BREAD: holder.loaves, GOODS: holder.goods_amount}
    where, check = "GET /v1/entitlements/{card}", context.report.check
    check("loaves: terminals, households' pots", sum(holder.loaves for holder in asked), drawn[BREAD], where)
    check("goods: terminals, households' pots", sum(holder.goods_amount for holder in asked), drawn[GOODS], where)
    check(f"households of {len(asked):,} whose pots differ from what they drew", 0, differing, where)


def _used(pot: Pot | None) -> int:
    return pot.granted - pot.left if pot else 0


def used(entitlements: Balance, programme: str, period: str) -> int:
    """What was taken out of the pot of that month."""
    return sum(
        pot["granted"] - pot["remaining"]
        for pot in entitlements["pots"]
        if pot["programme"] == programme and pot["period"] == period
    )
