"""The reference as two processes beside the system, on the same PostgreSQL server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import create_async_engine

from bench.harness import fleet
from bench.harness.fleet import Card, Terminal
from bench.harness.stack import Stack
from bench.reference import models
from chassis.urls import async_url
from devstack.engines.ports import LOOPBACK, free_ports
from devstack.stack.service import PythonService

_CHUNK = 5000
_ALREADY_DRAWN_MOST = 30


@dataclass
class Reference:
    """The running reference."""

    stack: Stack
    terminals: list[Terminal]
    processes: dict[str, PythonService]
    url: str
    cards: list[Card] = field(default_factory=list)
    _next: int = 0

    async def prepare(self, count: int) -> None:
        """Tables, households and cards."""
        self.cards = fleet.make_cards(count, seed=7)
        engine = create_async_engine(async_url(self.url))
        try:
            async with engine.begin() as connection:
                await connection.run_sync(models.Base.metadata.create_all)
                for start in range(0, count, _CHUNK):
                    for table, rows in _rows(self.cards[start : start + _CHUNK]).items():
                        await connection.execute(insert(models.Base.metadata.tables[table]), rows)
        finally:
            await engine.dispose()

    def sales(self) -> list[tuple[str, int]]:
        """Every card's next day, going round."""
        self._next += 1
        if self._next > _ALREADY_DRAWN_MOST:
            raise RuntimeError("the reference's cards have drawn the whole month")
        return [(str(card.card_id), card.loaves) for card in self.cards]

    async def service(self) -> tuple[int, list[str], dict[str, int]]:
        """Where the service is, tokens, and what to meter."""
        return await self._at("usual service", "usual service")

    async def gateway(self) -> tuple[int, list[str], dict[str, int]]:
        """Where the gateway is, tokens, and what to meter."""
        return await self._at("usual gateway", "usual gateway", "usual service")

    async def _at(self, entrance: str, *metered: str) -> tuple[int, list[str], dict[str, int]]:
        pids = {name: self.processes[name].pid or 0 for name in metered}
        return (
            self.processes[entrance].port,
            await fleet.tokens(self.terminals),
            pids | self.stack.processes("postgres", "kafka"),
        )


def _rows(cards: list[Card]) -> dict[str, list[dict[str, Any]]]:
    return {
        "household": [{"household_id": c.household_id, "governorate": "03", "members": c.members} for c in cards],
        "card": [
            {"card_id": c.card_id, "household_id": c.household_id, "state": "active", "blocked": False} for c in cards
        ],
    }


@asynccontextmanager
async def running(stack: Stack, terminals: list[Terminal]) -> AsyncIterator[Reference]:
    """Start the reference, stop it at the end."""
    connection = await asyncpg.connect(stack.server_url)
    try:
        await connection.execute("CREATE DATABASE reference")
    finally:
        await connection.close()
    url = stack.server_url.rpartition("/")[0] + "/reference"
    service_port, gateway_port = free_ports(2)
    environment = {
        "REFERENCE_DATABASE_URL": url,
        "REFERENCE_JWKS_URL": f"{stack.settings.url('gateway')}/.well-known/jwks.json",
        "REFERENCE_ISSUER": stack.settings.url("edge"),
        "REFERENCE_SERVICE_URL": f"http://{LOOPBACK}:{service_port}",
    }
    processes = {
        "usual service": _process(stack, "service", service_port, environment),
        "usual gateway": _process(stack, "gateway", gateway_port, environment),
    }
    try:
        for process in processes.values():
            await asyncio.to_thread(process.start)
        yield Reference(stack, terminals, processes, url)
    finally:
        for process in processes.values():
            await asyncio.to_thread(process.stop)


def _process(stack: Stack, module: str, port: int, environment: dict[str, str]) -> PythonService:
    arguments = [
        "-m", "uvicorn", f"bench.reference.{module}:app", "--host", LOOPBACK, "--port", str(port), "--loop", "uvloop",
        "--http", "httptools", "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip
    return PythonService(
        f"reference {module}", arguments, port=port, environment=os.environ | environment,
        log_file=stack.settings.log_file(f"reference-{module}"), probe="/openapi.json",
    )  # fmt: skip
