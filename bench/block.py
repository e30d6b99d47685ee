"""From a card's block to its refusal at a terminal, while other terminals sell."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from bench.harness import cardholder, fleet, load
from bench.harness.fleet import Days, Terminal
from bench.harness.load import Result
from bench.harness.numbers import milliseconds, per_second, percentile
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from devstack.terminal.caller import Caller, Refused
from devstack.terminal.wire import Wire

AIM_SECONDS = 1.0
LOAD_RATE = 500.0
_BLOCKED = "card_blocked"
_GIVE_UP_SECONDS = 30.0


@dataclass
class Blocks:
    """Seconds from the answer to the block until a terminal was refused, and what else was going on."""

    seconds: list[float] = field(default_factory=list)
    load: list[Result] = field(default_factory=list)


async def run(stack: Stack, options: Options, terminals: list[Terminal], days: Days, wire: Wire, card: str) -> Blocks:
    """Block, wait for the refusal, unblock, wait until the card is served again; over and over under load."""
    found = Blocks()
    cards, terminal = stack.client(wire, "cards"), terminals[0].caller
    seconds = options.seconds * options.rounds
    sales = await days.sales(int(LOAD_RATE * seconds) + 1)
    tokens = await fleet.tokens(terminals[1:])
    plan = fleet.plan(stack.settings.ports["edge"], tokens, sales, seconds, rate=LOAD_RATE)
    under_way = asyncio.create_task(load.send(plan))
    await asyncio.sleep(1.0)
    while not under_way.done():
        await cards.post(f"/v1/cards/{card}/block", {"reason": "lost"})
        blocked = time.perf_counter()
        await _until(terminal, card, refused=True)
        found.seconds.append(time.perf_counter() - blocked)
        await cards.post(f"/v1/cards/{card}/unblock")
        await _until(terminal, card, refused=False)
    found.load.append(await under_way)
    fleet.all_accepted("the sales beside it", found.load[0])
    return found


async def _until(terminal: Caller, card: str, *, refused: bool) -> None:
    """Ask for bread again and again. Once the day is drawn an open card is refused as well, with another code."""
    deadline = time.perf_counter() + _GIVE_UP_SECONDS
    body = {"card_id": card, "lines": [{"programme": "bread", "item": "loaf", "quantity": fleet.LOAVES_A_PERSON}]}
    while time.perf_counter() < deadline:
        try:
            await terminal.post(fleet.PATH, body)
            code = ""
        except Refused as refusal:
            code = refusal.code
        if (code == _BLOCKED) is refused:
            return
    raise RuntimeError(f"after {_GIVE_UP_SECONDS:.0f} s the terminal still hears {code!r}")


async def prepare(stack: Stack, wire: Wire) -> str:
    """A real card."""
    return await cardholder.active_card(stack, wire)


def section(found: Blocks) -> Section:
    """The figure in words and a table."""
    told = Section("From a card's block to its refusal at a terminal")
    ranked = sorted(1000 * seconds for seconds in found.seconds)
    beside = found.load[0]
    told.say(
        "The ministry blocks a card at card-service through the gateway; from the moment that is answered a terminal",
        "asks again and again, through the gateway, until it hears `card_blocked` from supply-service, which learns of",
        f"the block by Kafka alone. Beside it {per_second(beside.per_second)} sales a second go through the gateway",
        f"(p50 {milliseconds(beside.p50)} ms, p99 {milliseconds(beside.p99)} ms).",
        "The card is unblocked and blocked again.",
    )
    told.table(
        ["blocks", "p50 ms", "p99 ms", "slowest ms"],
        [
            [
                f"{len(ranked)}", milliseconds(percentile(ranked, 0.5)), milliseconds(percentile(ranked, 0.99)),
                milliseconds(ranked[-1]),
            ]
        ],
    )  # fmt: skip
    p99 = percentile(ranked, 0.99)
    aim = f"block → refusal at a terminal p99 < {AIM_SECONDS:g} s"
    told.aim(aim, f"{milliseconds(p99)} ms", reached=p99 < AIM_SECONDS * 1000)
    return told
