"""The certified client `openid-client` signs a person in, where Node and that package are at hand."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from devstack.engines import free_ports

from .conftest import CALLBACK, CLIENTS, KEY, Browser, Offices

if TYPE_CHECKING:
    from ..conftest import StartGateway

SCRIPT = Path(__file__).with_name("openid_client.mjs")
# A folder with `node_modules/openid-client` in it.
PACKAGES = os.environ.get("UNICARD_NODE_PACKAGES")
# allow: skipped-test machines without Node say so; an independent client in Python runs everywhere
pytestmark = pytest.mark.skipif(
    not (PACKAGES and shutil.which("node")), reason="openid-client not run: no Node packages"
)


async def test_the_certified_client_accepts_the_provider(start_gateway: StartGateway, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    issuer = f"http://127.0.0.1:{port}"
    offices = Offices(
        await start_gateway(
            serve_at=port, issuer=f"{issuer},unicard", gateway_public_url=issuer, signin_clients=CLIENTS
        )
    )
    worker = await offices.hire()
    (tmp_path / "script.mjs").write_bytes(SCRIPT.read_bytes())  # beside the packages: Node looks for them from there
    (tmp_path / "node_modules").symlink_to(Path(str(PACKAGES)) / "node_modules")
    key = json.dumps(KEY.as_dict(private=True))
    arguments = (str(tmp_path / "script.mjs"), issuer, "console", CALLBACK, key)
    pipe = asyncio.subprocess.PIPE
    node = await asyncio.create_subprocess_exec("node", *arguments, stdin=pipe, stdout=pipe)
    assert node.stdout is not None
    assert node.stdin is not None
    url = json.loads(await asyncio.wait_for(node.stdout.readline(), 60))["url"]
    async with httpx.AsyncClient(base_url=issuer) as http:
        browser = Browser(http)
        await browser.get(urlsplit(url).path, **{k: v[0] for k, v in parse_qs(urlsplit(url).query).items()})
        await browser.post("/sign-in", name=worker.name, password=worker.password)
        reply = await browser.post("/sign-in/second-factor", code=worker.code())
    node.stdin.write(f"{reply.headers['location']}\n".encode())
    await node.stdin.drain()
    told = json.loads(await asyncio.wait_for(node.stdout.readline(), 60))
    await asyncio.wait_for(node.wait(), 60)
    assert told["claims"]["sub"] == told["userinfo"]["sub"] == f"person:{worker.person_id}"
    assert (told["claims"]["acr"], told["renewed"]) == ("urn:unicard:aal2", True)
