"""pgbench's TPC-B-like transaction on the same server: the yardstick that travels from machine to machine."""

from __future__ import annotations

import asyncio
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bench.harness.numbers import percentile
from devstack.engines.postgres import pgbench

# Of the time given to pgbench, what it may spend on connecting; the rate it reports leaves that out.
_CONNECTING_SECONDS = 3.0
_RATE = re.compile(r"tps = ([\d.]+)")
_LATENCY_COLUMN = 2


@dataclass
class Tpcb:
    """Transactions a second and their latencies in milliseconds."""

    per_second: float
    p50: float
    p99: float


async def prepare(url: str, scale: int) -> None:
    """Fill pgbench's tables."""
    await _run(url, "--initialize", "--init-steps=dtGvp", "--quiet", f"--scale={scale}")


async def run(url: str, clients: int, seconds: float) -> Tpcb:
    """Run the transaction with prepared statements."""
    with tempfile.TemporaryDirectory() as folder:
        output = await _run(
            url, "--no-vacuum", "--protocol=prepared", f"--client={clients}", "--jobs=2",
            f"--time={seconds + _CONNECTING_SECONDS:.0f}",
            "--log", "--sampling-rate=0.2", f"--log-prefix={folder}/tpcb",
        )  # fmt: skip
        ranked = await asyncio.to_thread(_latencies, Path(folder))
    found = _RATE.search(output)
    if found is None:
        raise RuntimeError(f"pgbench said nothing of its rate:\n{output}")
    return Tpcb(float(found[1]), percentile(ranked, 0.5), percentile(ranked, 0.99))


def _latencies(folder: Path) -> list[float]:
    """Milliseconds of the sampled transactions, sorted."""
    lines = (line for log in folder.iterdir() for line in log.read_text(encoding="ascii").splitlines())
    return sorted(int(line.split()[_LATENCY_COLUMN]) / 1000 for line in lines)


async def _run(url: str, *options: str) -> str:
    parts = urlsplit(url)
    process = await asyncio.create_subprocess_exec(
        pgbench(), f"--host={parts.hostname}", f"--port={parts.port}", f"--username={unquote(parts.username or '')}",
        *options, parts.path.lstrip("/"),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={"PGPASSWORD": unquote(parts.password or ""), "LC_ALL": "C"},
    )  # fmt: skip
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(output.decode())
    return output.decode()
