"""What the events of a family need beside the register: a sale here and there, a card that becomes active."""

from __future__ import annotations

import asyncio
from typing import Any

from devstack.demo.context import Cardholder, Context
from devstack.demo.stages.activation import activate
from devstack.demo.waiting import until
from devstack.terminal.caller import Refused
from devstack.terminal.fleet import FleetTerminal, Tally

WAIT_S = 60.0


def done_of(tally: Tally) -> int | str:
    """How many were done, and what was refused with which code where anything was."""
    refused = ", ".join(f"{code} {times}" for code, times in tally.refused.items())
    return f"{tally.done}; refused: {refused}" if refused else tally.done


def bakery_of(context: Context, holder: Cardholder) -> FleetTerminal:
    """A bakery where the household's card draws."""
    local = context.elsewhere.get(holder.governorate)
    return local[0] if local else context.bakeries[0]


async def sell_bread(context: Context, holder: Cardholder) -> None:
    """Sell a household a day's bread."""
    bakery = bakery_of(context, holder)
    loaves = int((await bakery.caller.get(f"/v1/entitlements/{holder.card_id}"))["bread"]["daily_loaves"])
    await bakery.sell(holder.card_id, [{"programme": "bread", "item": "loaf", "quantity": loaves}])
    holder.loaves += loaves


async def card_of(context: Context, citizen_id: str) -> str:
    """The card a citizen has in hand; empty where there is none."""
    cards: list[dict[str, Any]] = (await context.cards.get(f"/v1/citizens/{citizen_id}/cards"))["items"]
    return next((str(card["card_id"]) for card in cards if card["state"] in {"issued", "active"}), "")


async def take_over(context: Context, heirs: list[tuple[Cardholder, str]], services: tuple[str, ...]) -> int:
    """Activate the cards of those who have become heads, for one service after another; how many became active.

    Waits until supply-service sells to each of them.
    """
    seen = [await activate(context, service, "cards of new heads", len(heirs)) for service in services]

    async def served(holder: Cardholder) -> None:
        caller = bakery_of(context, holder).caller

        async def known() -> bool:
            try:
                answer = await caller.get(f"/v1/entitlements/{holder.card_id}")
            except Refused:
                return False
            return bool(answer["card_state"] == "active" and answer["supply_enabled"])

        await until(known, bool, within_s=WAIT_S)

    for holder, citizen_id in heirs:
        holder.card_id = await card_of(context, citizen_id)
    await asyncio.gather(*(served(holder) for holder, _ in heirs))
    return min(seen, default=0)
