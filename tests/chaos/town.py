"""A small town under fire: two services, grocers' tills that lose power, citizens with wallets, and what ends them."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg

from chassis.clock import business_day
from chassis.ids import new_id
from chassis.testing_proofs import PROVER
from contracts.card import CardActivated, HouseholdChangedByMonth, ProgrammeService
from contracts.event import Event
from contracts.household import HouseholdMember, MonthSizes
from devstack.engines.process import EngineError
from devstack.stack.service import PythonService
from devstack.terminal.answers import Line
from devstack.terminal.caller import Caller, ClientSecret, Refused, new_key
from devstack.terminal.device import Terminal, goods
from devstack.terminal.keys import DeviceKey
from devstack.terminal.store import Identity, Store
from devstack.terminal.wire import NotReached

from .edge import LocalEdge, PowerCut

if TYPE_CHECKING:
    from devstack.engines import PostgresEngine

PAID_WITHIN_SECONDS = 120.0  # though processes and database are killed meanwhile

CLIENTS = {
    "outlets": "outlets:write terminals:write",
    "authority": "payouts:submit",
    "approver": "payouts:approve",
    "treasury": "funds:write",
    "treasurer": "funds:approve",
    "reconciliation": "settlements:read ledger:read",
}


class Person:
    """A citizen who is a household, with a card and a wallet."""

    def __init__(self) -> None:
        self.card_id, self.citizen_id, self.household_id = new_id(), new_id(), new_id()

    def events(self) -> Sequence[Event]:
        """What card-service would tell of them."""
        place: dict[str, Any] = {"governorate": "03", "district": "03.02", "members": 1}
        first = datetime.now(UTC).replace(day=1, hour=0)
        return (
            HouseholdChangedByMonth(
                household_id=self.household_id, revision=1, status="active", governorate="03", district="03.02",
                governorate_of_issue="03", legal_basis=None, effective_month=f"{first:%Y-%m}",
                members=[HouseholdMember(citizen_id=self.citizen_id, role="head", since=first.date())],
                sizes=[MonthSizes(month=f"{first:%Y-%m}", goods=1, bread=1, health=1)],
            ),
            CardActivated(
                card_id=self.card_id, citizen_id=self.citizen_id, household_id=self.household_id,
                services=[ProgrammeService.SUPPLY, ProgrammeService.PAYMENT], phase_id=None, activated_at=first,
                **place,
            ),
        )  # fmt: skip


class Till:
    """A grocer's terminal. It boots, settles what was under way, sells, and loses power anywhere in between."""

    def __init__(self, number: int, outlet_id: UUID, terminal_id: UUID, folder: Path, edge: LocalEdge) -> None:
        self.outlet_id = outlet_id
        self.counts: Counter[str] = Counter()
        self.abandoned: list[str] = []
        self._store = Store(folder / f"till-{number}")
        self._edge = edge
        self._random = random.Random(number)
        edge.tills[str(terminal_id)] = outlet_id
        key = DeviceKey.generate()
        self._store.save(Identity(str(terminal_id), key.secret(), edge.base_url, outlet_id=str(outlet_id)))

    def boot(self) -> Terminal:
        """The terminal as its disk has it."""
        terminal = Terminal(self._store, self._edge)
        terminal.caller.tries = 5
        return terminal

    async def run(self, people: Sequence[Person], stopping: asyncio.Event, abandoning: asyncio.Event) -> None:
        """Sell until told to stop; in the end nothing is under way."""
        while not stopping.is_set():
            await self._try(lambda terminal: self._step(terminal, people, abandoning))
        while self._store.unfinished() is not None or self._store.voids():
            await self._try(Terminal.settle)

    async def _try(self, work: Callable[[Terminal], Awaitable[object]]) -> None:
        terminal = self.boot()
        try:
            await terminal.settle()
            await work(terminal)
        except PowerCut:
            self.counts["power cuts"] += 1
        except NotReached:
            self.counts["not reached"] += 1
            await asyncio.sleep(0.2)
        except Refused as refusal:
            self.counts[refusal.code] += 1

    async def _step(self, terminal: Terminal, people: Sequence[Person], abandoning: asyncio.Event) -> None:
        card = str(self._random.choice(people).card_id)

        async def prove(amount: int) -> str:
            return PROVER.proof(UUID(card), UUID(self._store.load().terminal_id), amount)

        dice = self._random.random()
        if dice < 0.12 and (sold := self._sold_not_reversed()):
            await terminal.reverse(self._random.choice(sold), "wrong_goods")
        elif dice < 0.22:
            await terminal.sell_mixed(card, [goods("oil", 3)], prove=prove)  # more than one person may have: refused
        elif dice < 0.3 and not abandoning.is_set():
            await self._abandon(terminal, card, await prove(700))
        else:
            lines: list[Line] = [goods("tea_40g", self._random.randint(1, 4)), goods("milk_powder_125g", 1)]
            await terminal.sell_mixed(card, lines, prove=prove)

    async def _abandon(self, terminal: Terminal, card: str, proof: str) -> None:
        """Hold an amount and never come back: the power went before anything was kept."""
        body = {"card_id": card, "amount": 700, "reference": "never sold", "holder_proof": proof}
        held = await terminal.caller.post("/v1/payments/authorizations", body, key=new_key())
        self.abandoned.append(held["payment_id"])

    def sales(self) -> dict[str, int]:
        """What the terminal has sold: each sale with its wallet's part."""
        return {
            sold["answer"]["redemption_id"]: sum(tender["amount"] for tender in sold["answer"]["tenders"])
            for sold in self._store.sold()
            if sold["kind"] == "redemption"
        }

    def reversed(self) -> set[str]:
        """What it has taken back."""
        return {sold["answer"]["redemption_id"] for sold in self._store.sold() if sold["kind"] == "reversal"}

    def summary(self) -> tuple[Collection[str], Collection[str], Collection[str]]:
        """Sales, reversals, and holds nobody came back for."""
        return self.sales(), self.reversed(), self.abandoned

    def _sold_not_reversed(self) -> list[str]:
        return sorted(self.sales().keys() - self.reversed())


async def make_tills(edge: LocalEdge, number: int, folder: Path) -> list[Till]:
    """Grocers, each with a terminal."""
    ministry = Caller(edge, ClientSecret("outlets", ""))
    tills = []
    for n in range(number):
        body = {"kind": "grocer", "name_ar": "بقال", "name_en": "g", "governorate": "03", "district": "03.02"}
        outlet = await ministry.post("/v1/outlets", body)
        body = {"outlet_id": outlet["outlet_id"], "serial": f"chaos-{n}", "model": "UC-1"}
        terminal = await ministry.post("/v1/terminals", body)
        tills.append(Till(n, UUID(outlet["outlet_id"]), UUID(terminal["terminal_id"]), folder, edge))
    return tills


async def pay_pensions(edge: LocalEdge, people: Sequence[Person], amount: int, reference: str) -> str:
    """A payout batch from declaration to approval, tried until it is approved; its id. It is booked from then on."""
    deadline = time.monotonic() + PAID_WITHIN_SECONDS
    while True:
        try:
            return await _pay_pensions(edge, people, amount, reference)
        except (NotReached, Refused) as error:  # the caller's own tries ended while service or database was down
            if isinstance(error, Refused) and error.status != 503:
                raise
            assert time.monotonic() < deadline, f"{reference} is not approved within {PAID_WITHIN_SECONDS} s"
            await asyncio.sleep(0.5)


async def _pay_pensions(edge: LocalEdge, people: Sequence[Person], amount: int, reference: str) -> str:
    authority, approver, treasury, treasurer = (
        Caller(edge, ClientSecret(client, "")) for client in ("authority", "approver", "treasury", "treasurer")
    )
    funding = {"amount": amount * len(people), "reference": reference}
    paid = await treasury.post("/v1/payout-funds/pension/fundings", funding, key=f"{reference}-fund")
    decision = {"decision": "approve", "digest": paid["digest"]}
    path = f"/v1/proposals/payment/{paid['proposal_id']}/decision"
    await treasurer.post(path, decision, key=f"{reference}-funded")
    declared = {"declared_count": len(people), "declared_total": amount * len(people), "currency": "EGP"}
    batch = await authority.post(
        "/v1/payout-batches", {"reference": reference, "programme": "pension", **declared}, key=f"{reference}-declare"
    )
    path = f"/v1/payout-batches/{batch['batch_id']}"
    rows = "\n".join(f"{person.citizen_id},{amount},{reference}-{n}" for n, person in enumerate(people))
    csv = f"citizen_id,amount,item_reference\n{rows}\n".encode()
    await authority.call("POST", f"{path}/items", csv, key=f"{reference}-items", content_type="text/csv")
    await authority.post(f"{path}/submission", key=f"{reference}-submit")
    await approver.post(f"{path}/approval", key=f"{reference}-approve")
    return str(batch["batch_id"])


async def close_days(tills: Sequence[Till]) -> None:
    """Every outlet closes today."""
    today = business_day(datetime.now(UTC))
    for till in tills:
        await till.boot().close_day(today)


class Fire:
    """Ends processes and database sessions, and starts the processes again."""

    def __init__(self, services: Sequence[PythonService], postgres: PostgresEngine) -> None:
        self.counts: Counter[str] = Counter()
        self._services = services
        self._postgres = postgres
        self._random = random.Random(5)
        self._watch: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Fire:
        await asyncio.gather(*(asyncio.to_thread(service.start) for service in self._services))
        self._watch = asyncio.create_task(self._keep_running())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        await asyncio.gather(*(asyncio.to_thread(service.stop) for service in self._services))

    async def rage(self, seconds: float) -> None:
        """One fault after another until the time is over, each kind in its turn."""
        until = time.monotonic() + seconds
        faults = (self._kill_payment, self._kill_backend, self._kill_supply, self._cut_sessions)
        while True:
            for fault in faults:
                await asyncio.sleep(1.5 + 2.5 * self._random.random())
                if time.monotonic() >= until:
                    return
                await fault()
                self.counts[fault.__name__.strip("_")] += 1

    async def _kill_supply(self) -> None:
        await asyncio.to_thread(self._services[0].kill)

    async def _kill_payment(self) -> None:
        await asyncio.to_thread(self._services[1].kill)

    async def _kill_backend(self) -> None:
        """SIGKILL of one PostgreSQL backend: the server ends all others and recovers."""
        with suppress(OSError, asyncpg.PostgresError):
            connection = await asyncpg.connect(self._postgres.url(), timeout=5)
            rows = await connection.fetch(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            await connection.close()
            if rows:
                os.kill(self._random.choice(rows)["pid"], signal.SIGKILL)

    async def _cut_sessions(self) -> None:
        """An operator ends every session."""
        with suppress(OSError, asyncpg.PostgresError):
            connection = await asyncpg.connect(self._postgres.url(), timeout=5)
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            await connection.close()

    async def _keep_running(self) -> None:
        while True:
            for service in self._services:
                if not service.running:
                    with suppress(EngineError):  # killed again while it started: the next round starts it
                        await asyncio.to_thread(service.start)
            await asyncio.sleep(0.2)
