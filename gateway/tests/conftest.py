"""A real Envoy in front of a small upstream that plays every service."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from api_gateway.edge import render
from api_gateway.edge.process import command
from api_gateway.edge.settings import EdgeSettings
from api_gateway.route import SWALLOW
from api_gateway.route import Upstream as ServiceName
from chassis.testing import PLAIN, TestIssuer, eventually
from devstack.engines import free_ports

START_SECONDS = 15


@dataclass
class Upstream:
    """Answers every request with what arrived; misbehaves where the path's last word says so."""

    jwks: str
    addresses: dict[str, str] = field(default_factory=dict)
    seen: list[dict[str, Any]] = field(default_factory=list)
    drop_next: int = 0
    keys_reachable: bool = True

    async def listen(self, service: str, tls: ssl.SSLContext | None = None) -> asyncio.Server:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                while await self._answer({"service": service, **await _read_request(reader)}, writer):
                    await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**20, ssl=tls)
        self.addresses[service] = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return server

    async def _answer(self, request: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
        if request["path"] == "/.well-known/jwks.json":
            _reply(writer, 200 if self.keys_reachable else 503, self.jwks if self.keys_reachable else "{}")
            return True
        if request["path"] == SWALLOW:
            _reply(writer, 413, json.dumps(request))
            return True
        self.seen.append(request)
        if self.drop_next:
            self.drop_next -= 1
            return False
        if request["path"].endswith("/slow"):
            await asyncio.sleep(8)
        status = int(request["headers"].get("x-answer", "200"))
        _reply(writer, status, json.dumps(request))
        return True


async def _read_request(reader: asyncio.StreamReader) -> dict[str, Any]:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    if headers.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            chunk = await reader.readexactly(size + 2)
            body += chunk[:-2]
        await reader.readline()
    return {"method": method, "path": path, "headers": headers, "length": len(body)}


def _reply(writer: asyncio.StreamWriter, status: int, text: str) -> None:
    body = text.encode()
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)


@dataclass
class RunningEdge:
    """An Envoy that answers."""

    client: httpx.AsyncClient
    port: int
    admin_port: int
    process: subprocess.Popen[bytes]
    log: Path

    async def counters(self) -> dict[str, int]:
        """Envoy's own counters."""
        async with httpx.AsyncClient(verify=PLAIN) as client:
            reply = await client.get(f"http://127.0.0.1:{self.admin_port}/stats?format=json&type=Counters")
        return {stat["name"]: stat["value"] for stat in reply.json()["stats"] if "name" in stat}


StartEdge = Callable[..., Awaitable[RunningEdge]]


@pytest.fixture(scope="session")
async def upstream(issuer: TestIssuer) -> AsyncIterator[Upstream]:
    """One server that stands for all services."""
    serving = Upstream(issuer.jwks)
    servers = [await serving.listen(service) for service in ServiceName]
    yield serving
    for server in servers:
        server.close()


@pytest.fixture(scope="module")
async def start_edge(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StartEdge]:
    """A factory of running edges, each with settings of its own."""
    async with AsyncExitStack() as stack:

        async def start(**settings: Any) -> RunningEdge:
            return await stack.enter_async_context(running_edge(upstream, tmp_path_factory.mktemp("edge"), settings))

        yield start


@pytest.fixture(scope="session")
async def edge(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningEdge]:
    """The edge as it is configured by default, on free ports, with limits no test reaches by accident."""
    async with running_edge(upstream, tmp_path_factory.mktemp("edge"), {"public_per_second": 1000}) as running:
        yield running


@asynccontextmanager
async def running_edge(upstream: Upstream, folder: Path, changed: Mapping[str, Any]) -> AsyncIterator[RunningEdge]:
    """Start Envoy on free ports, with some settings changed, and stop it at the end."""
    port, admin_port = free_ports(2)
    settings = EdgeSettings(**{**upstream.addresses, "port": port, "admin_port": admin_port, **changed})
    configuration, log = folder / "envoy.yaml", folder / "envoy.log"
    configuration.write_text(render(settings), encoding="utf-8")
    with log.open("wb") as output:
        process = subprocess.Popen(command(configuration), stdout=output, stderr=output)  # noqa: ASYNC220
    scheme = "https" if settings.tls_certificate else "http"
    limits = httpx.Limits(max_keepalive_connections=8)
    base_url = f"{scheme}://127.0.0.1:{settings.port}"
    try:
        trusted = ssl.create_default_context(cafile=settings.tls_certificate)
        async with httpx.AsyncClient(base_url=base_url, timeout=15, limits=limits, verify=trusted) as client:
            found = RunningEdge(client, settings.port, settings.admin_port, process, log)
            await eventually(lambda: _is_live(found), seconds=START_SECONDS)
            yield found
    finally:
        process.terminate()
        process.wait(timeout=10)


async def _is_live(running: RunningEdge) -> bool:
    if running.process.poll() is not None:
        raise RuntimeError(running.log.read_text())
    try:
        async with httpx.AsyncClient(verify=PLAIN) as client:
            reply = await client.get(f"http://127.0.0.1:{running.admin_port}/ready")
        counters = await running.counters()
    except httpx.HTTPError:
        return False
    return reply.text.strip() == "LIVE" and "http.edge.downstream_cx_total" in counters
