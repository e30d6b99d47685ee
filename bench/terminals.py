"""A sale with the holder's proof and one without, and the upload of sales without a network, beside pgbench in turn."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from bench.harness import fleet, load, tpcb
from bench.harness.fleet import CALLERS, Card, Days, Terminal
from bench.harness.numbers import median, spread
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from card_service.credentials.claims import VERSION, Claims
from card_service.envelopes import CredentialSigner, ProofSigner
from chassis.holder_proofs.form import HolderProof
from chassis.ids import new_id
from chassis.sealing import Keyring
from devstack.terminal.answers import OfflineSale
from devstack.terminal.chain import Chain
from devstack.terminal.device import bread

OFFLINE_AIM = 3.0
BATCH = 100
_MOST_A_SECOND = 6_000


@dataclass
class Rounds:
    """What each round found, by a second and in order."""

    tpcb8: list[float] = field(default_factory=list)
    without: list[float] = field(default_factory=list)
    proved: list[float] = field(default_factory=list)
    offline: list[float] = field(default_factory=list)
    known: list[float] = field(default_factory=list)


class Bench:
    """The measurement: all in turn, round by round."""

    def __init__(self, stack: Stack, options: Options, terminals: list[Terminal], days: Days) -> None:
        ring = Keyring.parse(stack.secrets["UNICARD_CARD_SIGNING_KEYS"])
        self.stack, self.options, self.terminals, self.days = stack, options, terminals, days
        self.proofs, self.credentials = ProofSigner.of(ring), CredentialSigner.of(ring)
        self.chains = [Chain(terminal.key) for terminal in terminals]
        self.rounds = Rounds()
        self.shown: dict[UUID, str] = {}  # a card's credential is the same for months
        self.seen: list[Card] = []  # whose credentials the service was shown in the round before
        self.port = stack.settings.ports["supply"]
        self.tpcb_url = stack.server_url.rpartition("/")[0] + "/tpcb_terminals"

    async def run(self) -> Rounds:
        """All rounds."""
        connection = await asyncpg.connect(self.stack.server_url)
        try:
            await connection.execute("CREATE DATABASE tpcb_terminals")
        finally:
            await connection.close()
        await tpcb.prepare(self.tpcb_url, self.options.scale)
        rounds, seconds = self.rounds, self.options.seconds
        await self._first_shown()
        for _ in range(self.options.rounds):
            await self.days.next_day()
            rounds.tpcb8.append((await tpcb.run(self.tpcb_url, 8, seconds)).per_second)
            rounds.known.append(await self._offline(self.days.again(self.seen)))
            rounds.offline.append(await self._first_shown())
            rounds.without.append(await self._sales(proved=False))
            rounds.proved.append(await self._sales(proved=True))
        return rounds

    async def _sales(self, *, proved: bool) -> float:
        """Sales a second; each connection is one terminal's, so that a proof fits only if it is made for that one."""
        sales = await self.days.sales(int(_MOST_A_SECOND * self.options.seconds))
        seconds, callers = self.options.seconds, self.terminals[:1] if proved else self.terminals
        plan = fleet.plan(self.port, await fleet.tokens(callers) * (CALLERS // len(callers)), sales, seconds)
        if proved:
            plan.requests = [
                f'{body[:-1]},"holder_proof":"{self._proof(UUID(card), UUID(callers[0].terminal_id))}"}}'
                for body, (card, _) in zip(plan.requests, sales, strict=True)
            ]
        result = await load.send(plan)
        fleet.all_accepted("with a proof" if proved else "without", result)
        if result.exhausted:
            raise RuntimeError(f"{len(sales)} sales were over before {seconds} s were")
        return result.per_second

    def _proof(self, card_id: UUID, terminal_id: UUID) -> str:
        until = datetime.now(UTC) + timedelta(hours=1)
        return self.proofs.sign(HolderProof(new_id(), card_id, terminal_id, "sale", 10**6, "pin", "holder", until))

    async def _first_shown(self) -> float:
        """Uploads of cards whose credentials the service has never seen, or long ago."""
        self.seen = await self.days.cards(BATCH * len(self.terminals))
        for card in self.seen:
            self.shown.pop(card.card_id, None)
        return await self._offline(self.seen)

    async def _offline(self, cards: list[Card]) -> float:
        """Sales a second of uploads by all terminals at once, each its own chain."""
        moment = self.days.day - timedelta(days=1)
        uploads = []
        for number, (terminal, chain) in enumerate(zip(self.terminals, self.chains, strict=True)):
            own = cards[number :: len(self.terminals)]
            uploads.append(_upload(terminal, [self._signed(chain, card, moment) for card in own]))
        began = time.perf_counter()
        applied = sum(await asyncio.gather(*uploads))
        seconds = time.perf_counter() - began
        if applied != len(cards):
            raise RuntimeError(f"offline: {applied} of {len(cards)} were applied")
        return applied / seconds

    def _signed(self, chain: Chain, card: Card, moment: datetime) -> OfflineSale:
        if (credential := self.shown.get(card.card_id)) is None:
            credential = self.credentials.sign(_claims(card, moment))
            self.shown[card.card_id] = credential
        return chain.sign(str(card.card_id), credential, [bread(card.loaves)], moment)


def _claims(card: Card, moment: datetime) -> Claims:
    """What a credential of today's version says."""
    month = f"{moment:%Y-%m}"
    return Claims(
        v=VERSION,
        card=str(card.card_id),
        household=str(card.household_id),
        gov="03",
        services=["payment", "supply"],
        sizes=[{"month": month, "goods": 4, "bread": 4}],
        last_month=month,
        exp=int((moment + timedelta(days=60)).timestamp()),
    )


async def _upload(terminal: Terminal, sales: list[OfflineSale]) -> int:
    applied = 0
    for start in range(0, len(sales), BATCH):
        answer = await terminal.caller.post("/v1/offline-batches", {"sales": sales[start : start + BATCH]})
        applied += sum(1 for result in answer["results"] if result["status"] == "applied")
    return applied


def section(rounds: Rounds, options: Options) -> Section:
    """The figure in words and tables."""
    told = Section("Sales with the holder's proof, and sales without a network")
    told.say(
        "A day's bread at the service without a proof, and with one of each card's own: its signature is checked,",
        f"its id kept ({CALLERS} callers; with proofs all as one terminal). And sales of {CALLERS} terminals, an",
        f"upload of {BATCH} each, through the gateway: signatures, credentials, chain, booking; of cards that had",
        "shown the same credential before, as they do for months, and of cards that show it for the first time.",
        f"{options.rounds} rounds in turn, median (least–most); the ratio is to pgbench with 8 clients of that round.",
    )
    rows = [
        ["pgbench TPC-B, 8 clients", spread(rounds.tpcb8), "1.00"],
        ["sale without a proof", spread(rounds.without), spread(_ratios(rounds.without, rounds), 2)],
        ["sale with a proof", spread(rounds.proved), spread(_ratios(rounds.proved, rounds), 2)],
        ["uploaded, credentials known", spread(rounds.known), spread(_ratios(rounds.known, rounds), 2)],
        ["uploaded, credentials new", spread(rounds.offline), spread(_ratios(rounds.offline, rounds), 2)],
    ]
    told.table(["", "a second", "÷ TPC-B"], rows)
    ratio = median(_ratios(rounds.known, rounds))
    told.aim(f"sales without a network ≥ {OFFLINE_AIM:g} × TPC-B", f"{ratio:.2f} ×", reached=ratio >= OFFLINE_AIM)
    return told


def _ratios(found: list[float], rounds: Rounds) -> list[float]:
    return [one / base for one, base in zip(found, rounds.tpcb8, strict=True)]
