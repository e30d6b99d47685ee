"""How the stack is: each process, its memory, whether it is ready, what it has set aside."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil

from devstack.engines.ports import port_answers
from devstack.settings import WORK, StackSettings
from devstack.stack.programs import SERVICES
from devstack.stack.service import get, probe
from devstack.state import Running, State

_GAUGE = re.compile(r"^unicard_parked_(events|oldest_timestamp_seconds) (\S+)$", re.MULTILINE)
_WITH_PROBE = {program.name + part: "/readyz" for program in SERVICES for part in ("", WORK)} | {"sink": "/livez"}


@dataclass(frozen=True)
class Line:
    """One process; `memory_bytes` counts what it shares with others once over all of them.

    `parked`: how many events a service has set aside, and since when; empty where there are none.
    """

    name: str
    pid: int
    port: int | None
    health: str
    memory_bytes: int
    restarts: int
    parked: str


def lines(settings: StackSettings, state: State) -> Iterator[Line]:
    """Every process of the running stack, the supervisor first."""
    for entry in (state.supervisor, *state.processes):
        process = entry.process()
        yield Line(
            name=entry.name,
            pid=entry.pid,
            port=entry.port,
            health=_health(entry) if process else "ended",
            memory_bytes=_memory(process) if process else 0,
            restarts=entry.restarts,
            parked=parked(entry.port) if entry.port and entry.name in _WITH_PROBE else "",
        )


def _health(entry: Running) -> str:
    if entry.port is None:
        return "running"
    if path := _WITH_PROBE.get(entry.name):
        status = probe(entry.port, path)
        if status is None:
            return "silent"
        return "ready" if status == http.client.OK else f"not ready ({status})"
    return "ready" if port_answers(entry.port) else "silent"


def parked(port: int) -> str:
    """What a service's metrics say of events set aside: `3 since 2026-12-01 08:00Z`."""
    reply = get(port, "/metrics")
    figures = dict(_GAUGE.findall(reply.body)) if reply else {}
    if not (number := int(float(figures.get("events", 0)))):
        return ""
    since = datetime.fromtimestamp(float(figures.get("oldest_timestamp_seconds", 0)), UTC)
    return f"{number} since {since:%Y-%m-%d %H:%MZ}"


def _memory(process: psutil.Process) -> int:
    """Proportional share of the process and, for PostgreSQL, its backends; resident size where unknown."""
    family = [process]
    if process.name() == "postgres":
        family += process.children(recursive=True)
    return sum(_share(member) for member in family)


def _share(process: psutil.Process) -> int:
    try:
        return int(getattr(process.memory_full_info(), "pss", 0)) or process.memory_info().rss
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
