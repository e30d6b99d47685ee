"""How long a committed sale takes to the broker, and to the commit of a service that consumes it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from bench.harness import fleet, load
from bench.harness.cpu import Meter
from bench.harness.fleet import Days, Terminal
from bench.harness.numbers import median, milliseconds, per_second, percentile
from bench.harness.options import Options
from bench.harness.report import Section
from bench.harness.stack import Stack
from chassis.ddl import chassis_ddl
from chassis.records_ddl import records_ddl
from contracts.supply import REDEMPTIONS_TOPIC

RATES = (500, 1500)
AIM_MS, AIM_RATE = 100.0, 1500
_LEVELS = ("appended", "consumed")
_START_SECONDS = 60.0


@dataclass
class Lags:
    """By rate: p50 and p99 of each round in milliseconds, events, and the CPU of each process."""

    times: dict[tuple[int, str], list[tuple[float, float]]] = field(default_factory=dict)
    offered: dict[int, list[float]] = field(default_factory=dict)
    sales: dict[int, list[tuple[float, float]]] = field(default_factory=dict)
    cpu: dict[int, list[dict[str, float]]] = field(default_factory=dict)


class Ear:
    """The listening process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """For the meter."""
        return self._process.pid

    async def say(self, word: str) -> str:
        """Send a command and read the answer."""
        if self._process.stdin is None:
            raise RuntimeError("the listener has no ear")
        self._process.stdin.write(f"{word}\n".encode())
        await self._process.stdin.drain()
        return await self.hear()

    async def hear(self) -> str:
        """The next line it says that is no log line."""
        if self._process.stdout is None:
            raise RuntimeError("the listener has no voice")
        while line := (await asyncio.wait_for(self._process.stdout.readline(), _START_SECONDS)).decode():
            if not line.startswith('{"') or '"consumed"' in line:
                return line.strip()
        raise RuntimeError("the listener ended")


async def run(stack: Stack, options: Options, terminals: list[Terminal], days: Days) -> Lags:
    """Rounds of every rate in turn."""
    lags = Lags()
    await _stamp_at_append(stack)
    async with _listener(stack) as ear:
        for _ in range(options.rounds):
            for rate in RATES:
                await _one(stack, options, terminals, days, ear, rate, lags)
    return lags


async def _one(
    stack: Stack, options: Options, terminals: list[Terminal], days: Days, ear: Ear, rate: int, lags: Lags
) -> None:  # fmt: skip
    seconds = options.seconds * 2
    sales = await days.sales(int(rate * seconds) + 1)
    tokens = await fleet.tokens(terminals)
    plan = fleet.plan(stack.settings.ports["supply"], tokens, sales, seconds, rate=float(rate))
    meter = Meter(stack.processes("supply", "postgres", "kafka") | {"listener": ear.pid})
    await ear.say("start")
    meter.start()
    result = await load.send(plan)
    cpu = meter.stop()
    heard: dict[str, list[float]] = json.loads(await ear.say("stop"))
    fleet.all_accepted(f"sales at {rate} a second", result)
    for level in _LEVELS:
        if len(heard[level]) != result.answered:
            raise RuntimeError(f"{result.answered} sales, but {len(heard[level])} events {level}")
        ranked = sorted(lag * 1000 for lag in heard[level])
        lags.times.setdefault((rate, level), []).append((percentile(ranked, 0.5), percentile(ranked, 0.99)))
    lags.offered.setdefault(rate, []).append(result.per_second)
    lags.sales.setdefault(rate, []).append((result.p50, result.p99))
    lags.cpu.setdefault(rate, []).append(cpu | {"load": 100 * result.cpu_seconds / result.seconds})


async def _stamp_at_append(stack: Stack) -> None:
    """Let the broker write its own time of appending into each record, instead of the producer's."""
    admin = AIOKafkaAdminClient(**stack.administrator.options)
    await admin.start()
    try:
        change = {"message.timestamp.type": "LogAppendTime"}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, REDEMPTIONS_TOPIC, configs=change)])
    finally:
        await admin.close()


@asynccontextmanager
async def _listener(stack: Stack) -> AsyncIterator[Ear]:
    """The listening process, with a database of its own that holds what the chassis needs."""
    url = stack.server_url.rpartition("/")[0] + "/listener"
    connection = await asyncpg.connect(stack.server_url)
    await connection.execute("CREATE DATABASE listener")
    await connection.close()
    connection = await asyncpg.connect(url)
    for statement in [*chassis_ddl(), *records_ddl()]:
        await connection.execute(statement)
    await connection.close()
    environment = {
        "UNICARD_DATABASE_URL": url,
        "UNICARD_KAFKA_BOOTSTRAP": stack.kafka.bootstrap,
        "UNICARD_KAFKA_SECURITY": stack.kafka.security,
        "UNICARD_KAFKA_USER": stack.kafka.user or "",
        "UNICARD_KAFKA_PASSWORD": stack.kafka.password or "",
        "UNICARD_JWKS_URL": f"{stack.settings.url('gateway')}/.well-known/jwks.json",
        "UNICARD_RECORD_DATA_KEYS": f"k1:{'A' * 43}",
        "UNICARD_RECORD_CHAIN_KEY": "A" * 43,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.harness.listener", env=os.environ | environment,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=64 * 1024 * 1024,
    )  # fmt: skip
    ear = Ear(process)
    try:
        await ear.hear()
        yield ear
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 20)
        except TimeoutError:
            process.kill()
            await process.wait()


def section(lags: Lags, options: Options) -> Section:
    """The figure in words and tables."""
    told = Section("From commit to broker to consumer")
    told.say(
        "Sales at a fixed rate, each with its event; the outbox's relay publishes to Kafka (idempotent, acks=all),",
        "a service on the chassis consumes (inbox and effect in one transaction). Time runs from the moment the outbox",
        "row is written, before its commit, to the broker's own time of appending, and to the commit at the consumer.",
        f"{options.rounds} rounds of {options.seconds * 2:g} s at each rate in turn, median of the rounds;",
        "every event arrived once at both.",
    )
    rows = []
    for rate in RATES:
        appended, consumed = lags.times[rate, "appended"], lags.times[rate, "consumed"]
        rows.append(
            [
                f"{per_second(median(lags.offered[rate]))} sales a second",
                _pair(appended), _pair(consumed), _pair(lags.sales[rate]),
            ]
        )  # fmt: skip
    told.table(["", "to the broker, p50 / p99 ms", "to the consumer, p50 / p99 ms", "the sale itself"], rows)
    columns = ["load", "supply", "postgres", "kafka", "listener"]
    shares = [
        [f"{rate}/s", *(per_second(median([reading[c] for reading in lags.cpu[rate]])) for c in columns)]
        for rate in RATES
    ]
    told.say("CPU by process, percent of one core, median:")
    told.table(["run", *columns], shares)
    found = median([p99 for _, p99 in lags.times[AIM_RATE, "consumed"]])
    aim = f"commit → consumed p99 < {AIM_MS:.0f} ms at {AIM_RATE:,} events a second"
    told.aim(aim, f"{milliseconds(found)} ms", reached=found < AIM_MS)
    return told


def _pair(times: list[tuple[float, float]]) -> str:
    return f"{milliseconds(median([t[0] for t in times]))} / {milliseconds(median([t[1] for t in times]))}"
