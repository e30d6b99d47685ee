"""The gateway's host command (`python -m api_gateway.people.host`), as this stack's operator runs it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from devstack.engines.ports import LOOPBACK
from devstack.engines.process import EngineError
from devstack.settings import COMPOSE_MARK, StackSettings
from devstack.stack import databases
from devstack.stack.programs import SERVICES
from devstack.stack.secrets import load_secrets

_GATEWAY = next(program for program in SERVICES if program.name == "gateway")


async def on_host(settings: StackSettings, command: str, people: list[dict[str, str]] | None = None) -> Any:
    """What the command answers; whom it is about goes in by standard input. `EngineError` with its refusal."""
    inside = _in_containers(settings)
    if inside and command == "recover":
        raise EngineError("with docker compose an administrator is recovered as the runbook says")
    program = ("docker", "compose", "exec", "-T", "gateway", "python") if inside else (sys.executable,)
    process = await asyncio.create_subprocess_exec(
        *program,
        "-m",
        "api_gateway.people.host",
        command,
        env=None if inside else _environment(settings, command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await process.communicate(json.dumps(people or []).encode())
    if process.returncode != 0:
        raise EngineError(complained.decode(errors="replace").strip() or said.decode(errors="replace").strip())
    return json.loads(said.decode().splitlines()[-1])


def _in_containers(settings: StackSettings) -> bool:
    """Whether docker compose runs the system: its folder here holds few secrets, not those of the gateway."""
    mark = settings.folder / COMPOSE_MARK
    return mark.exists() and "UNICARD_GATEWAY_KEYS=" not in mark.read_text(encoding="utf-8")


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
        given["UNICARD_OWNER_URL"] = databases.owner_url(server, _GATEWAY, secrets)
    return {**os.environ, **given}
