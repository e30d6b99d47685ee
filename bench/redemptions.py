"""Sales a second at the service and through the gateway, beside pgbench on the same server in the same rounds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import asyncpg

from bench.harness import fleet, load, tpcb
from bench.harness.cpu import Meter
from bench.harness.fleet import CALLERS, Days, Terminal
from bench.harness.load import Result
from bench.harness.numbers import median, milliseconds, per_second, spread
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from bench.harness.tpcb import Tpcb
from bench.reference.running import Reference

SERVICE_AIM, GATEWAY_AIM = 1.8, 1.0
# The usual stack does so little in a second that a few thousand sales outlast every run.
_REFERENCE_DRAWS = 20_000
_MOST_A_SECOND = 18_000


@dataclass
class Rounds:
    """What each round found, in order."""

    tpcb8: list[Tpcb] = field(default_factory=list)
    tpcb64: list[Tpcb] = field(default_factory=list)
    runs: dict[str, list[Result]] = field(default_factory=dict)
    cpu: dict[str, list[dict[str, float]]] = field(default_factory=dict)


class Bench:
    """The measurement, round by round: A B C D E F, A B C D E F …, so that a slow minute slows all of them."""

    def __init__(self, stack: Stack, options: Options, terminals: list[Terminal], days: Days, usual: Reference) -> None:
        self.stack = stack
        self.options = options
        self.terminals = terminals
        self.days = days
        self.usual = usual
        self.rounds = Rounds()
        self.tpcb_url = stack.server_url.rpartition("/")[0] + "/tpcb"

    async def prepare(self) -> None:
        """Tables for pgbench and for the stack as usually written."""
        connection = await asyncpg.connect(self.stack.server_url)
        try:
            await connection.execute("CREATE DATABASE tpcb")
        finally:
            await connection.close()
        await tpcb.prepare(self.tpcb_url, self.options.scale)
        await self.usual.prepare(_REFERENCE_DRAWS)

    async def run(self) -> Rounds:
        """All rounds."""
        seconds = self.options.seconds
        for _ in range(self.options.rounds):
            self.rounds.tpcb8.append(await tpcb.run(self.tpcb_url, 8, seconds))
            self.rounds.tpcb64.append(await tpcb.run(self.tpcb_url, CALLERS, seconds))
            most = int(_MOST_A_SECOND * seconds)
            await self._checked("service", self._service, await self.days.sales(most), seconds)
            await self._checked("gateway", self._edge, await self.days.sales(most), seconds)
            await self._checked("usual service", self.usual.service, self.usual.sales(), seconds)
            await self._checked("usual gateway", self.usual.gateway, self.usual.sales(), seconds)
        return self.rounds

    async def _checked(
        self, name: str, where: Callable[[], Awaitable[tuple[int, list[str], dict[str, int]]]],
        sales: list[tuple[str, int]], seconds: float,
    ) -> None:  # fmt: skip
        """One run; anything but 201 means that the figure would be worth nothing."""
        port, tokens, processes = await where()
        meter = Meter(processes)
        meter.start()
        result = await load.send(fleet.plan(port, tokens, sales, seconds))
        cpu = meter.stop()
        fleet.all_accepted(name, result)
        if result.exhausted:
            raise RuntimeError(f"{name}: {len(sales)} sales were over before {seconds} s were")
        cpu["load"] = 100 * result.cpu_seconds / result.seconds
        self.rounds.runs.setdefault(name, []).append(result)
        self.rounds.cpu.setdefault(name, []).append(cpu)

    async def _service(self) -> tuple[int, list[str], dict[str, int]]:
        return (
            self.stack.settings.ports["supply"],
            await fleet.tokens(self.terminals),
            self.stack.processes("supply", "postgres", "kafka"),
        )

    async def _edge(self) -> tuple[int, list[str], dict[str, int]]:
        return (
            self.stack.settings.ports["edge"],
            await fleet.tokens(self.terminals),
            self.stack.processes("edge", "supply", "postgres", "kafka"),
        )


def section(rounds: Rounds, options: Options) -> Section:
    """The figure in words and tables."""
    told = Section("Sales a second")
    base = [t.per_second for t in rounds.tpcb8]
    told.say(
        "Each sale is one day's bread of a household at a bakery's terminal: token, terminal, key, card, rules,",
        "pot, sale, entry, stored answer and event, durable before the reply.",
        f"{CALLERS} callers with a token each, closed loop; {options.rounds} rounds of {options.seconds:g} s",
        "of everything in turn, median (least–most). The ratio is to pgbench with 8 clients in the same round.",
        "The load itself runs on the same cores; its share stands under CPU.",
    )
    names = {
        "service": "service (`POST /v1/redemptions`, token checked)",
        "gateway": "through the gateway (token, scope, rate checked at the edge, token again at the service)",
        "usual service": "the stated stack as usually written: FastAPI + SQLAlchemy ORM, a transaction a request",
        "usual gateway": "the same behind a FastAPI + httpx gateway",
    }
    rows = [
        _row("pgbench TPC-B, 8 clients", rounds.tpcb8, base),
        _row(f"pgbench TPC-B, {CALLERS} clients", rounds.tpcb64, base),
    ]
    rows += [_row(words, rounds.runs[name], base) for name, words in names.items()]
    told.table(["", "a second", "p50 / p99 ms", "÷ TPC-B"], rows)
    _cpu(told, rounds)
    _aims(told, rounds, base)
    return told


def _row(words: str, runs: Sequence[Tpcb | Result], base: list[float]) -> list[str]:
    times = _times([run.p50 for run in runs], [run.p99 for run in runs])
    return [words, spread([run.per_second for run in runs]), times, spread(_ratios(runs, base), 2)]


def _ratios(runs: Sequence[Tpcb | Result], base: list[float]) -> list[float]:
    return [run.per_second / rate for run, rate in zip(runs, base, strict=True)]


def _times(p50: list[float], p99: list[float]) -> str:
    return f"{milliseconds(median(p50))} / {milliseconds(median(p99))}"


def _cpu(told: Section, rounds: Rounds) -> None:
    told.say("CPU by process, percent of one core, median:")
    columns = ["load", "edge", "usual gateway", "supply", "usual service", "postgres", "kafka"]
    rows = []
    for name, readings in rounds.cpu.items():
        rows.append([name, *(_share([reading.get(column) for reading in readings]) for column in columns)])
    told.table(["run", *columns], rows)


def _share(values: list[float | None]) -> str:
    known = [value for value in values if value is not None]
    return per_second(median(known)) if known else ""


def _aims(told: Section, rounds: Rounds, base: list[float]) -> None:
    for name, aim in (("service", SERVICE_AIM), ("gateway", GATEWAY_AIM)):
        ratio = median(_ratios(rounds.runs[name], base))
        told.aim(f"sales at the {name} ≥ {aim:g} × TPC-B", f"{ratio:.2f} ×", reached=ratio >= aim)
