"""A day on which a district's bakeries have no network: signed sales, uploaded the next morning."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, timedelta
from typing import Any

from devstack.demo.calendar import at
from devstack.demo.context import Cardholder, Context
from devstack.demo.rules import Rules
from devstack.demo.stages import closing
from devstack.terminal import credential
from devstack.terminal.caller import Refused
from devstack.terminal.device import bread
from devstack.terminal.fleet import FleetTerminal, in_parallel

DISTRICT = "03.04"
TWICE = 0.02
BATCH = 200
# When it is sold without the network: after the terminals were switched on, which the day's other events may delay to
# nine o'clock, and before the evening in which the last day's sales come in.
FROM = 10
SECONDS = 7 * 3600


class Outage:
    """The district, what was sold there without the network, and what became of it."""

    def __init__(self, context: Context, rules: Rules) -> None:
        self.context, self.rules = context, rules
        self.day = context.calendar.outage
        self.terminals: list[FleetTerminal] = []
        self.sold: list[tuple[FleetTerminal, Cardholder, int]] = []
        self.twice: set[str] = set()
        self.results: Counter[str] = Counter()

    async def begin(self, day: date, sales: list[tuple[Cardholder, int]]) -> set[str]:
        """On the day, take the district's bakeries off the network; the cards whose sales happen there."""
        if day != self.day:
            return set()
        district = [b for b in self.context.bakeries if b.district == DISTRICT]
        served = [d for d in sales if d[0].household.district == DISTRICT]
        if not district or not served:  # nothing would be sold without the network: the day goes as any other
            return set()
        self.terminals = district
        for terminal in district:  # switched on in the morning, before the network went
            await terminal.caller.get("/v1/terminal-configuration")
        rng = self.context.rng
        self.sold = [(rng.choice(self.terminals), holder, days) for holder, days in served]
        # Some draw at a bakery with network as well: what they had twice is booked against the next period.
        count = max(1, round(TWICE * len(served)))
        self.twice = {holder.card_id for holder, _ in rng.sample(served, count)}
        return {holder.card_id for holder, _ in served if holder.card_id not in self.twice}

    async def sell(self) -> None:
        """Check each card's credential and sign the sale, as the terminals do without a network."""
        if not self.sold:
            return
        keys = credential.key_set(await self.context.cards.get("/v1/credential-keys"))
        compact: dict[str, str] = {}

        async def fetch(sale: tuple[FleetTerminal, Cardholder, int]) -> None:
            card = sale[1].card_id
            answer = await self.context.cards.get(f"/v1/cards/{card}/credential")
            compact[card] = answer["credential"]

        await in_parallel(self.sold, fetch, lanes=16)
        for number, (terminal, holder, days) in enumerate(self.sold):
            moment = at(self.day, FROM) + timedelta(seconds=10 * number % SECONDS)
            credential.verify(compact[holder.card_id], keys, now=moment.astimezone(UTC), governorate="03")
            lines = [bread(days * self.rules.daily_loaves(holder.members))]
            sale = terminal.chain.sign(holder.card_id, compact[holder.card_id], lines, moment)
            terminal.offline.append(sale)
            holder.covered_until = max(holder.covered_until, self.day.day + days - 1)

    async def reconnect(self, day: date, closings: closing.Closings) -> None:
        """The next morning, upload the sales, then let the outlets close the day before."""
        if self.sold and day > self.day:
            await self.end(closings)

    async def end(self, closings: closing.Closings) -> None:
        """Upload what is left, once more to see that nothing is booked twice, and report."""
        if not self.sold:
            return
        for terminal in self.terminals:
            for result in await self._upload(terminal):
                self.results[result["status"]] += 1
        repeated: Counter[str] = Counter()
        for terminal in self.terminals:
            repeated.update(result["status"] for result in await self._upload(terminal))
        self._book()
        await closing.close(self.context, closings, self.terminals, self.day)
        self._check(repeated, await self._forged())
        self.sold, self.terminals = [], []

    async def _upload(self, terminal: FleetTerminal) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = []
        for start in range(0, len(terminal.offline), BATCH):
            body = {"sales": terminal.offline[start : start + BATCH]}
            results.extend((await terminal.caller.post("/v1/offline-batches", body))["results"])
        return results

    def _book(self) -> None:
        """Enter the sales in the terminals' books; what was had twice does not lower this month's pot."""
        for terminal, holder, days in self.sold:
            loaves = days * self.rules.daily_loaves(holder.members)
            book = terminal.book(self.day)
            book.redemptions += 1
            book.loaves += loaves
            book.cash_amount += loaves * self.rules.loaf_price
            if holder.card_id in self.twice:
                holder.overdrawn += loaves
            else:
                holder.loaves += loaves

    async def _forged(self) -> str:
        """What the system says to a sale signed by another key."""
        terminal, holder, _ = self.sold[0]
        forged = terminal.chain.sign(holder.card_id, "", [bread(5)], at(self.day, 20))
        forged["signature"] = terminal.key.sign(b"another sale")
        try:
            answer = await terminal.caller.post("/v1/offline-batches", {"sales": [forged]})
        except Refused as refusal:
            return refusal.code
        return str(answer["results"][0]["status"])

    def _check(self, repeated: Counter[str], forged: str) -> None:
        check, where = self.context.report.check, "POST /v1/offline-batches"
        check("offline sales uploaded", len(self.sold), self.results.total(), where)
        check("offline sales applied", len(self.sold) - len(self.twice), self.results["applied"], where)
        check(
            "offline sales of bread already had, booked as overdrawn", len(self.twice), self.results["overdrawn"], where
        )
        check("sales of a batch uploaded again known as duplicates", len(self.sold), repeated["duplicate"], where)
        check("offline sale with a forged signature", "rejected", forged, where)
