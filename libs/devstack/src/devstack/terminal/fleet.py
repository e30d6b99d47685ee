"""Hundreds of terminals at once: every one with its own key and token, all over a few kept-alive connections."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from devstack.documents import Document
from devstack.terminal.answers import DayClosed, Line, OfflineSale, SaleAnswer
from devstack.terminal.caller import Caller, Refused
from devstack.terminal.chain import Chain
from devstack.terminal.device import enrol
from devstack.terminal.keys import DeviceGrant, DeviceKey
from devstack.terminal.wire import Wire

Item = TypeVar("Item")


@dataclass(slots=True)
class DayBook:
    """What a terminal believes of one business day; money in piastres."""

    redemptions: int = 0
    reversals: int = 0
    loaves: int = 0
    goods_amount: int = 0
    cash_amount: int = 0
    wallet_amount: int = 0

    def add(self, sale: SaleAnswer) -> None:
        """Enter a sale as the server confirmed it."""
        self.redemptions += 1
        self._enter(sale, 1)

    def take_back(self, sale: SaleAnswer) -> None:
        """Enter the reversal of a sale: the amounts are net, the sale stays counted."""
        self.reversals += 1
        self._enter(sale, -1)

    def _enter(self, sale: SaleAnswer, sign: int) -> None:
        for line in sale["lines"]:
            if line["programme"] == "bread":
                self.loaves += sign * line["quantity"]
            else:
                self.goods_amount += sign * line["amount"]
        self.cash_amount += sign * sale["cash_due"]
        self.wallet_amount += sign * sum(tender["amount"] for tender in sale.get("tenders", ()))


@dataclass(slots=True, eq=False)
class FleetTerminal:
    """A terminal of the fleet and its books by business day."""

    terminal_id: str
    outlet_id: str
    kind: str
    district: str
    key: DeviceKey
    caller: Caller
    books: dict[str, DayBook] = field(default_factory=dict)
    offline: list[OfflineSale] = field(default_factory=list)
    chain: Chain = field(init=False)

    def __post_init__(self) -> None:
        self.chain = Chain(self.key)

    def book(self, day: date | str) -> DayBook:
        """The book of a day."""
        return self.books.setdefault(str(day), DayBook())

    async def sell(self, card_id: str, lines: list[Line]) -> SaleAnswer:
        """Sell online and enter it in the book; `Refused` when the system says no."""
        body = {"card_id": card_id, "lines": lines}
        answer: SaleAnswer = await self.caller.post("/v1/redemptions", body)
        self.book(answer["business_day"]).add(answer)
        return answer

    def take_back(self, sale: SaleAnswer) -> None:
        """Enter the reversal of a sale of this terminal."""
        self.book(sale["business_day"]).take_back(sale)

    async def close_day(self, day: date) -> DayClosed:
        """Close the outlet's day; its totals."""
        answer: DayClosed = await self.caller.post(f"/v1/outlets/{self.outlet_id}/days/{day}/close")
        return answer


async def commission(wire: Wire, terminal_id: str, code: str) -> tuple[DeviceKey, Caller]:
    """Make a terminal's key and enrol it with its one-time code."""
    key, key_id = await enrol(wire, terminal_id, code)
    return key, Caller(wire, DeviceGrant(key, terminal_id, key_id))


@dataclass(slots=True)
class Tally:
    """Counts and times of many calls; latencies in milliseconds."""

    done: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Calls answered a second, refusals included."""
        return (self.done + self.refused.total()) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """The latency that this share of the calls did not exceed."""
        ranked = sorted(self.milliseconds)
        return ranked[min(int(share * len(ranked)), len(ranked) - 1)] if ranked else 0.0


async def in_parallel(
    items: Iterable[Item],
    work: Callable[[Item], Awaitable[object]],
    *,
    lanes: int = 64,
    tally: Tally | None = None,
    progress: Callable[[int], object] | None = None,
) -> Tally:
    """Work through the items with `lanes` workers; refusals are counted by code, any other error ends it all."""
    counted = tally or Tally()
    began = time.perf_counter()
    iterator = iter(items)

    async def lane() -> None:
        for item in iterator:
            start = time.perf_counter()
            try:
                await work(item)
                counted.done += 1
            except Refused as refusal:
                counted.refused[refusal.code] += 1
            counted.milliseconds.append((time.perf_counter() - start) * 1000)
            if progress is not None:
                progress(1)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(lanes):
                group.create_task(lane())
    except BaseExceptionGroup as errors:
        # One error is enough to report; the others are most often its echo.
        raise errors.exceptions[0] from errors
    finally:
        counted.seconds += time.perf_counter() - began
    return counted


async def pages(caller: Caller, path: str, **query: object) -> AsyncIterator[Document]:
    """Every item of a collection, page after page."""
    cursor: object = None
    while True:
        page = await caller.get(path, **query, **({} if cursor is None else {"after": cursor}))
        for item in page["items"]:
            yield item
        cursor = page.get("next")
        if cursor is None:
            return
