"""What an installation that is older than the code finds when it starts."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import pytest
from tests.e2e.conftest import System

from devstack.people.clients import ClientOffice, ensure_clients
from devstack.people.store import Store
from devstack.stack import bootstrap
from devstack.stack.bootstrap import CLIENTS, read_clients
from devstack.terminal.wire import Wire


async def _begin_with(system: System, client_id: str, scopes: list[str]) -> None:
    """Let a client have these scopes only, as an older version gave them."""
    wire = Wire(system.edge, limit=1)
    try:
        await ClientOffice(wire, system.edge, Store(system.folder)).grant(client_id, scopes)
    finally:
        await wire.aclose()


def test_clients_get_the_scopes_that_a_newer_version_adds(
    system: System, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    system.people()
    wanted = next(client for client in CLIENTS if client.client_id == "pension-authority")
    known = read_clients(system.folder / "clients.json")
    older = {**known, wanted.client_id: {**known[wanted.client_id], "scopes": list(wanted.scopes[:1])}}
    file = tmp_path / "clients.json"
    file.write_text(json.dumps(older), encoding="utf-8")
    asyncio.run(_begin_with(system, wanted.client_id, list(wanted.scopes[:1])))
    asyncio.run(bootstrap.ensure_clients(system.edge, file, system.secrets()))
    assert read_clients(file) == older, "the client that sets up has ended with the first two administrators"
    assert "pension-authority" in caplog.text
    asyncio.run(ensure_clients(system.edge, file, Store(system.folder)))
    assert read_clients(file) == known
    token = system.fetch_token(wanted.client_id, known[wanted.client_id]["client_secret"])
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert set(claims["scope"].split()) == set(wanted.scopes)
