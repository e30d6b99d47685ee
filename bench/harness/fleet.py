"""Bakeries with a terminal each, enrolled with keys of their own, and cards to sell to."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from bench.harness import load
from bench.harness.load import Plan, Result
from bench.harness.stack import Stack
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.urls import async_url
from devstack.terminal.caller import Caller
from devstack.terminal.fleet import commission, in_parallel
from devstack.terminal.keys import DeviceKey
from devstack.terminal.provision import identifier, register_terminal
from devstack.terminal.wire import Wire
from supply_service.cards import repository as supply_cards

CALLERS = 64
LOAVES_A_PERSON = 5
# Sizes of households: one to eight people, 3.4 on average, as the pilot's are.
SIZES, WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 8), (12, 19, 24, 22, 12, 6, 3, 2)
PATH = "/v1/redemptions"
_CHUNK = 5000
_OPENING_SECONDS = 900.0


@dataclass(frozen=True)
class Card:
    """An active card of a household of so many people."""

    card_id: UUID
    household_id: UUID
    members: int

    @property
    def loaves(self) -> int:
        """One day's bread."""
        return LOAVES_A_PERSON * self.members


@dataclass
class Terminal:
    """A terminal at a bakery."""

    terminal_id: str
    outlet_id: str
    key: DeviceKey
    caller: Caller


async def open_outlets(stack: Stack, wire: Wire, count: int, kind: str = "bakery") -> list[Terminal]:
    """Register outlets with a terminal each and enrol them."""
    admin = stack.client(wire, "outlets")
    terminals: list[Terminal] = []

    async def open_one(number: int) -> None:
        body: dict[str, Any] = {
            "kind": kind, "governorate": "03", "district": "03.02",
            "name_ar": f"منفذ القياس {number}", "name_en": f"Measured {kind} {number}",
        }  # fmt: skip
        if kind == "bakery":
            body |= {"fuel": "diesel", "loaf_type": "soft"}
        outlet_id = str(identifier(await admin.post("/v1/outlets", body), "outlet_id"))
        terminal_id, code = await register_terminal(admin, outlet_id, f"bench-{kind}-{number}")
        key, caller = await commission(wire, terminal_id, code)
        terminals.append(Terminal(terminal_id, outlet_id, key, caller))

    await in_parallel(range(count), open_one, lanes=8)
    return terminals


async def tokens(terminals: list[Terminal]) -> list[str]:
    """A token of each terminal, good for a while yet."""
    return list(await asyncio.gather(*(terminal.caller.token() for terminal in terminals)))


def make_cards(count: int, seed: int) -> list[Card]:
    """Cards of households of ordinary sizes."""
    rng = random.Random(seed)
    return [Card(new_id(), new_id(), size) for size in rng.choices(SIZES, WEIGHTS, k=count)]


async def activate(stack: Stack, cards: list[Card]) -> None:
    """Enter active cards in supply-service's books the way its reaction to CardActivated does."""
    engine = create_async_engine(async_url(stack.database_url("supply")))
    sessions = async_sessionmaker(engine)
    since = datetime.now(UTC) - timedelta(days=400)
    try:
        for start in range(0, len(cards), _CHUNK):
            chunk = cards[start : start + _CHUNK]
            columns: dict[str, list[Any]] = {
                "card_id": [card.card_id for card in chunk],
                "household_id": [card.household_id for card in chunk],
                "citizen_id": [new_id() for _ in chunk],
                "governorate": ["03"] * len(chunk),
                "district": ["03.02"] * len(chunk),
                "members": [card.members for card in chunk],
                "activated_at": [since] * len(chunk),
                "activated_on": [business_day(since)] * len(chunk),
                "supply": [True] * len(chunk),
            }
            async with sessions() as session, session.begin():
                await supply_cards.activate(session, columns)
    finally:
        await engine.dispose()


class Days:
    """Hands out sales: each card once on a business day; when all have bought, the next day comes.

    Business time is moved by the training clock, to days of one month, so that the pots are opened once.
    """

    def __init__(self, operations: Caller, cards: list[Card], month: date, seed: int) -> None:
        """`operations`: a client that may move business time; `month`: its first day."""
        self._operations = operations
        self._cards = cards
        self._order = random.Random(seed)
        self._left: list[Card] = []
        self.day = datetime.combine(month, time(8), tzinfo=UTC)

    async def next_day(self) -> None:
        """Move to the next business day; everybody may buy again."""
        await self._operations.put("/v1/training/clock/supply", {"now": self.day.isoformat()})
        self.day += timedelta(days=1)
        self._left = list(self._cards)
        self._order.shuffle(self._left)

    async def sales(self, count: int) -> list[tuple[str, int]]:
        """So many sales that must be accepted."""
        return [(str(card.card_id), card.loaves) for card in await self.cards(count)]

    async def cards(self, count: int) -> list[Card]:
        """So many cards that have not bought today."""
        if len(self._left) < count:
            await self.next_day()
        taken, self._left = self._left[-count:], self._left[:-count]
        return taken

    def again(self, cards: list[Card]) -> list[Card]:
        """Those of the cards that have not bought today; they buy now."""
        wanted = {card.card_id for card in cards}
        taken = [card for card in self._left if card.card_id in wanted]
        self._left = [card for card in self._left if card.card_id not in wanted]
        return taken

    async def everyone(self) -> list[tuple[str, int]]:
        """The next day's sales of all cards."""
        await self.next_day()
        return await self.sales(len(self._left))


def plan(port: int, callers: list[str], sales: list[tuple[str, int]], seconds: float, **options: Any) -> Plan:
    """A plan with keys that no other run has used."""
    bodies = [
        f'{{"card_id":"{card}","lines":[{{"programme":"bread","item":"loaf","quantity":{loaves}}}]}}'
        for card, loaves in sales
    ]
    return Plan(port, PATH, callers, bodies, new_id().hex, seconds, **options)


async def open_month(stack: Stack, terminals: list[Terminal], days: Days) -> None:
    """Every household's first sale of the month, which opens its pots, and warms everything up."""
    opening = plan(stack.settings.ports["edge"], await tokens(terminals), await days.everyone(), _OPENING_SECONDS)
    all_accepted("opening", await load.send(opening))


def all_accepted(name: str, result: Result) -> None:
    """Raises RuntimeError where a sale was not accepted: the figure would be worth nothing."""
    if set(result.statuses) != {"201"}:
        codes = {status: _problem_code(sample) for status, sample in result.samples.items()}
        raise RuntimeError(f"{name}: {result.statuses} {codes}")


def _problem_code(sample: str) -> str:
    try:
        return str(orjson.loads(sample).get("code", sample[:80]))
    except orjson.JSONDecodeError:
        return sample[:80]
