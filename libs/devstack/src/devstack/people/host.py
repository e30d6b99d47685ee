"""The gateway's host command (`python -m api_gateway.people.host`), as this stack's operator runs it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devstack.engines.ports import LOOPBACK
from devstack.engines.process import EngineError
from devstack.settings import StackSettings
from devstack.stack import databases
from devstack.stack.programs import SERVICES
from devstack.stack.secrets import load_secrets
from devstack.state import is_running

_GATEWAY = next(program for program in SERVICES if program.name == "gateway")
_OWNER = "UNICARD_OWNER_URL"
# The one container that is told the address of the owner of the gateway's tables.
_TOLD = "migrate-gateway"
_COMPOSE = ("docker", "compose")
_HOST = ("python", "-m", "api_gateway.people.host")


async def on_host(settings: StackSettings, command: str, people: list[dict[str, str]] | None = None) -> Any:
    """What the command answers; whom it is about goes in by standard input. `EngineError` with its refusal."""
    ensure_up(settings)
    given = json.dumps(people or [])
    if not settings.in_containers:
        said = await _run((sys.executable, *_HOST[1:], command), given, _environment(settings, command))
    elif command == "recover":  # in a container of its own, which alone is told the owner's address, and is gone then
        owner = {_OWNER: owner_of(json.loads(await _run((*_COMPOSE, "config", "--format", "json"), "")))}
        once = (*_COMPOSE, "run", "--rm", "--no-deps", "-T", "--env", _OWNER, "gateway")
        said = await _run((*once, *_HOST, command), given, owner)
    else:
        said = await _run((*_COMPOSE, "exec", "-T", "gateway", *_HOST, command), given)
    return json.loads(said.splitlines()[-1])


def ensure_up(settings: StackSettings) -> None:
    """That there is a system whose people these are. Raises EngineError where nothing runs in its folder."""
    elsewhere = settings.in_containers or settings.postgres_url is not None
    if not elsewhere and not is_running(settings.folder):
        raise EngineError(f"nothing runs in {settings.folder}: start it with `unicard up`")


def _sentence(complained: str) -> str:
    """What a command complained of; of a traceback the sentence at its end."""
    lines = [line for line in complained.strip().splitlines() if not line.startswith("(Background on this error")]
    return lines[-1] if "Traceback" in complained else "\n".join(lines)


def owner_of(compose: Mapping[str, Any]) -> str:
    """The address of the gateway's database as its owner, out of `docker compose config --format json`.

    It stands there, or in an installation for real data in the file of a secret.
    """
    told = compose["services"][_TOLD]
    for secret in told.get("secrets") or ():
        if secret["target"] == _OWNER:
            return Path(compose["secrets"][secret["source"]]["file"]).read_text(encoding="utf-8")
    return str(told["environment"][_OWNER])


async def _run(program: Sequence[str], given: str, environment: Mapping[str, str] | None = None) -> str:
    process = await asyncio.create_subprocess_exec(
        *program,
        env={**os.environ, **(environment or {})},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await process.communicate(given.encode())
    if process.returncode != 0:
        raise EngineError(_sentence(complained.decode(errors="replace")) or said.decode(errors="replace").strip())
    return said.decode()


def _environment(settings: StackSettings, command: str) -> dict[str, str]:
    secrets = load_secrets(settings.folder)
    server = settings.postgres_url or f"postgresql://{LOOPBACK}:{settings.ports['postgres']}/postgres"
    given = {
        "UNICARD_DATABASE_URL": databases.service_url(server, _GATEWAY, secrets),
        "UNICARD_KAFKA_BOOTSTRAP": "unused",
        "UNICARD_GATEWAY_PUBLIC_URL": settings.url("edge"),
        "UNICARD_GATEWAY_KEYS": secrets["UNICARD_GATEWAY_KEYS"],
        "UNICARD_RECORD_DATA_KEYS": secrets[_GATEWAY.record_keys_name],
    }
    if command == "recover":  # the owner's secret is what proves that this is the operator
        given[_OWNER] = databases.owner_url(server, _GATEWAY, secrets)
    return given
