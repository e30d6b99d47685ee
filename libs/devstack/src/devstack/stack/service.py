"""A Python process of the stack: a service under uvicorn, or the SMS sink."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from devstack.engines.ports import LOOPBACK
from devstack.engines.process import Engine

_PROBE_SECONDS = 5.0


class PythonService(Engine):
    """A process that serves HTTP on one port and says on `probe` whether it is ready."""

    start_seconds = 120.0
    stop_seconds = 15.0
    poll_seconds = 0.2

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        port: int,
        environment: Mapping[str, str],
        log_file: Path,
        probe: str = "/readyz",
    ) -> None:
        super().__init__(log_file)
        self.name = name
        self.port = port
        self.probe = probe
        self._arguments = arguments
        self._environment = environment

    def prepare(self) -> None:
        """Nothing: its database is migrated before."""

    def command(self) -> Sequence[str | Path]:
        """This Python with the given arguments."""
        return [sys.executable, *self._arguments]

    def environment(self) -> Mapping[str, str]:
        """What the process is told."""
        return self._environment

    def ports(self) -> Sequence[int]:
        """Its one port."""
        return [self.port]

    def answers(self) -> bool:
        """Whether the probe answers 200."""
        return probe(self.port, self.probe) == http.client.OK


class Reply(NamedTuple):
    """A reply to a GET: its status and its text."""

    status: int
    body: str


def probe(port: int, path: str) -> int | None:
    """Status of a GET on the loopback; None when nothing answers."""
    reply = get(port, path)
    return reply.status if reply else None


def get(port: int, path: str) -> Reply | None:
    """The reply to a GET on the loopback; None when nothing answers."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PROBE_SECONDS)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        return Reply(reply.status, reply.read().decode(errors="replace"))
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def service_arguments(package: str, port: int, role: str) -> list[str]:
    """How a service's process is started."""
    return ["-m", "chassis.serve", package, "--host", LOOPBACK, "--port", str(port), "--role", role]
