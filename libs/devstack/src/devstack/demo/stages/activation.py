"""The cohort's activation: cards of heads of household, for supply only; other services learn of it by Kafka."""

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
    """Activate the cohort and wait until supply-service knows its last card."""
    context.headline("Activation of the cohort, supply only")
    await context.set_clock(context.calendar.activation)
    path = f"/v1/rollout-phases/{context.phase_id}/activations"
    began = time.perf_counter()
    created = await context.cards.post(path, {"holders": "heads", "services": ["supply"]})
    job = f"/v1/activations/{identifier(created, 'activation_id')}"
    seen = 0
    with context.bar("cards activated", context.heads_given) as advance:
        while True:
            state: dict[str, Any] = await context.cards.get(job)
            advance(state["activated"] - seen)
            seen = state["activated"]
            if state["status"] in {"done", "failed"}:
                break
            await asyncio.sleep(0.1)
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
