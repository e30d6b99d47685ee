"""The cohort's activation: cards of heads of household, for supply first; payment follows in a second stage."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from devstack.demo.context import Cardholder, Context
from devstack.terminal.caller import Caller, Refused
from devstack.terminal.fleet import in_parallel
from devstack.terminal.provision import identifier

PROPAGATION_LIMIT_S = 60.0
MOST_ASKED = 2_000


async def play(context: Context) -> None:
    """Activate the cohort, for supply and then for payment, and wait until supply-service knows its last card."""
    context.headline("Activation of the cohort, supply first")
    await context.set_clock(context.calendar.activation)
    began = time.perf_counter()
    seen = await activate(context, "supply", "cards activated", context.heads_given)
    activated = time.perf_counter()
    context.report.figure("activations", seen / (activated - began), "a second")
    context.report.check(
        "cards activated, heads of household only", context.heads_given, seen, "GET /v1/activations/{id}"
    )
    known = await _known_to_supply(context)
    asked = min(MOST_ASKED, len(context.holders))
    what = "activated cards known to supply-service" + (f", of {asked:,}" if asked < len(context.holders) else "")
    context.report.check(what, asked, known, "GET /v1/entitlements/{card}")
    context.report.figure("last activation known to supply-service", time.perf_counter() - activated, "s later")
    paying = await activate(context, "payment", "cards that pay", context.heads_given)
    context.report.check(
        "cards given payment in a second stage", context.heads_given, paying, "GET /v1/activations/{id}"
    )
    await _wallet_opened(context, context.holders[-1])


async def activate(context: Context, service: str, what: str, wanted: int) -> int:
    """Activate the cohort's cards for a service; how many were."""
    path = f"/v1/rollout-phases/{context.phase_id}/activations"
    created = await context.cards.post(path, {"holders": "heads", "services": [service]})
    job = f"/v1/activations/{identifier(created, 'activation_id')}"
    seen = 0
    with context.bar(what, wanted) as advance:
        while True:
            state: dict[str, Any] = await context.cards.get(job)
            advance(state["activated"] - seen)
            seen = int(state["activated"])
            if state["status"] in {"done", "failed"}:
                return seen
            await asyncio.sleep(0.1)


async def _wallet_opened(context: Context, holder: Cardholder) -> None:
    """Wait until payment-service has opened the wallet of the card it hears of last."""
    deadline = time.monotonic() + PROPAGATION_LIMIT_S
    while time.monotonic() < deadline:
        try:
            await context.cards.get(f"/v1/wallets/{holder.card_id}")
        except Refused:
            await asyncio.sleep(0.1)
        else:
            return


async def _served(caller: Caller, card_id: str) -> bool:
    """Whether supply-service has heard of the activation."""
    try:
        answer = await caller.get(f"/v1/entitlements/{card_id}")
    except Refused:
        return False
    return bool(answer["card_state"] == "active" and answer["supply_enabled"])


async def _known_to_supply(context: Context) -> int:
    """How many of the newest cards supply-service serves; each is asked for until it does or time is up.

    The newest are the last to be heard of; the month's sales will prove the others.
    """
    deadline = time.monotonic() + PROPAGATION_LIMIT_S
    fleet = [*context.bakeries, *context.shops]
    known = 0

    async def ask(numbered: tuple[int, Cardholder]) -> None:
        nonlocal known
        number, holder = numbered
        caller = fleet[number % len(fleet)].caller
        while True:
            if await _served(caller, holder.card_id):
                known += 1
                return
            if time.monotonic() >= deadline:
                return
            await asyncio.sleep(0.1)

    newest = list(enumerate(context.holders))[-MOST_ASKED:]
    with context.bar("cards known to supply-service", len(newest)) as advance:
        # The newest alone at first: hundreds of questions a second would keep the service from hearing of the cards.
        await in_parallel(newest[-1:], ask, lanes=1, progress=advance)
        await in_parallel(newest[:-1], ask, lanes=context.options.lanes, progress=advance)
    return known
