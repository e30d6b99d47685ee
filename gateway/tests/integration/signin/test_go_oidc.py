"""A client on `coreos/go-oidc` signs a person in, where Go is and may fetch modules."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api_gateway.sign_in_settings import COMMAND_LINE
from devstack.engines import free_ports

from .conftest import Browser, Offices

if TYPE_CHECKING:
    from ..conftest import StartGateway

SOURCE = Path(__file__).with_name("go_oidc")
CALLBACK = "http://127.0.0.1:1/callback"  # nobody listens: the code is read from where the pages lead to
# allow: skipped-test machines without Go say so; an independent client in Python runs everywhere
pytestmark = pytest.mark.skipif(
    not (os.environ.get("UNICARD_GO_MODULES") and shutil.which("go")),
    reason="go-oidc not run: no Go, or UNICARD_GO_MODULES does not let it fetch modules",
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client, built from its source with the modules that its go.sum names."""
    built = tmp_path_factory.mktemp("go") / "client"
    subprocess.run(["go", "build", "-mod=readonly", "-o", built, "."], cwd=SOURCE, check=True, timeout=600)
    return built


async def test_the_client_accepts_the_provider(start_gateway: StartGateway, client: Path) -> None:
    (port,) = free_ports(1)
    issuer = f"http://127.0.0.1:{port}"
    offices = Offices(await start_gateway(serve_at=port, issuer=f"{issuer},unicard", gateway_public_url=issuer))
    worker = await offices.hire()
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(client, issuer, COMMAND_LINE, CALLBACK, stdin=pipe, stdout=pipe)
    assert process.stdout is not None
    assert process.stdin is not None

    async def told() -> dict[str, Any]:
        assert process.stdout is not None
        found: dict[str, Any] = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
        return found

    asked = urlsplit((await told())["url"])
    query = {name: values[0] for name, values in parse_qs(asked.query).items()}
    async with httpx.AsyncClient(base_url=issuer) as http:
        browser = Browser(http)
        await browser.get(asked.path, **query)
        await browser.post("/sign-in", name=worker.name, password=worker.password)
        reply = await browser.post("/sign-in/second-factor", code=worker.code())
        for expected in ("a wrong verifier", "its own"):
            process.stdin.write(f"{reply.headers['location']}\n".encode())
            await process.stdin.drain()
            found = await told()
            if expected == "a wrong verifier":
                assert found["refused"]
                reply = await browser.get(asked.path, **query)  # the code is used up, the session goes on
    assert await asyncio.wait_for(process.wait(), 60) == 0
    assert found["claims"]["sub"] == found["userinfo"] == f"person:{worker.person_id}"
    assert found["claims"]["acr"] == "urn:unicard:aal2"
    assert (found["nonce"], found["at_hash"], found["strange"]) == (True, True, True)
