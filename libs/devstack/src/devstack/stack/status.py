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
from devstack.stack.programs import FRONTS, SERVICES
from devstack.stack.service import get, probe
from devstack.state import Running, State

_GAUGE = re.compile(r"^unicard_parked_(events|oldest_timestamp_seconds) (\S+)$", re.MULTILINE)
_SUBJECTS = re.compile(
    r'^unicard_(read_model_incomplete|restatement_told_rows|restatement_expected_rows)\{subject="([a-z_]+)"\} (\S+)$',
    re.MULTILINE,
)
_WITH_PROBE = {
    **{program.name + part: "/readyz" for program in SERVICES for part in ("", WORK)},
    **{front.name: "/readyz" for front in FRONTS},
    "sink": "/livez",
}


@dataclass(frozen=True)
class Line:
    """One process; `memory_bytes` counts what it shares with others once over all of them.

    `parked`: how many events a service has set aside, and since when, empty for none. `facts`: what it tells
    again just now, and which of its copies of others' data lack a fact.
    """

    name: str
    pid: int
    port: int | None
    health: str
    memory_bytes: int
    restarts: int
    parked: str
    facts: str


def lines(settings: StackSettings, state: State) -> Iterator[Line]:
    """Every process of the running stack, the supervisor first."""
    for entry in (state.supervisor, *state.processes):
        process = entry.process()
        text = metrics(entry.port) if entry.port and entry.name in _WITH_PROBE else ""
        yield Line(
            name=entry.name,
            pid=entry.pid,
            port=entry.port,
            health=_health(entry) if process else "ended",
            memory_bytes=_memory(process) if process else 0,
            restarts=entry.restarts,
            parked=parked(text),
            facts=facts(text),
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


def metrics(port: int) -> str:
    """A service's metrics; empty where it is silent."""
    reply = get(port, "/metrics")
    return reply.body if reply else ""


def facts(text: str) -> str:
    """What metrics say of state told again: `lacks card; tells outlets: 200 of 3000`."""
    found = {(name, subject): int(float(value)) for name, subject, value in _SUBJECTS.findall(text)}
    said = [f"lacks {subject}" for (name, subject), value in found.items() if name == "read_model_incomplete" and value]
    for (name, subject), rows in found.items():
        expected = found.get(("restatement_expected_rows", subject), 0)
        if name == "restatement_told_rows" and rows < expected:
            said.append(f"tells {subject}: {rows} of {expected}")
    return "; ".join(said)


def parked(text: str) -> str:
    """What metrics say of events set aside: `3 since 2026-12-01 08:00Z`."""
    figures = dict(_GAUGE.findall(text))
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
