"""The SMSC of notify-service's tests, of another's making (smpp34), with a limit; what it took, by its own journal."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import orjson

from devstack.engines.ports import free_port

PROGRAM = Path(__file__).parents[2] / "notify-service" / "tests" / "smsc.py"
PASSWORD = "bench"  # of a server that lives as long as the measurement
_PATIENCE_SECONDS, _POLL_SECONDS = 60.0, 0.05


class Part(NamedTuple):
    """A part that was taken: when (seconds since 1970), for whom, its user data header and its words."""

    at: float
    to: str
    head: bytes
    words: str


@dataclass(frozen=True)
class Smsc:
    """The running server."""

    port: int
    process: asyncio.subprocess.Process
    journal: Path

    async def order(self, do: str, **order: object) -> None:
        """Tell it what to do next."""
        assert self.process.stdin
        self.process.stdin.write(orjson.dumps({"do": do, **order}) + b"\n")
        await self.process.stdin.drain()

    async def say(self, number: str, words: str) -> None:
        """A citizen's message, handed on to whoever is bound."""
        payload = words.encode("utf-16-be").hex()
        await self.order("deliver", source_addr=number.lstrip("+"), payload=payload, data_coding=8)

    def parts(self) -> list[Part]:
        """Every part it took, in their order."""
        return [_part(entry) for entry in self._entries("submitted")]

    def count(self, kind: str) -> int:
        """How many entries of a kind there are."""
        return sum(1 for _ in self._entries(kind))

    async def shows(self, kind: str) -> None:
        """Wait for the first entry of a kind. Raises TimeoutError."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not self.count(kind):  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(_POLL_SECONDS)

    def _entries(self, kind: str) -> Iterator[dict[str, object]]:
        if self.journal.exists():
            whole = self.journal.read_bytes().rpartition(b"\n")[0]
            yield from (entry for line in whole.splitlines() if (entry := orjson.loads(line))["kind"] == kind)


def _part(entry: dict[str, object]) -> Part:
    payload = bytes.fromhex(str(entry["payload"]))
    size = 6 if int(str(entry["esm_class"])) & 0x40 else 0
    words = payload[size:].decode("utf-16-be", "replace")
    return Part(float(str(entry["at"])), f"+{entry['to']}", payload[:size], words)


@asynccontextmanager
async def running(per_second: float) -> AsyncIterator[Smsc]:
    """Start it with a limit of parts a second, above which it says that it is throttled; end it."""
    with tempfile.TemporaryDirectory(prefix="unicard-smsc-") as folder:
        journal, port = Path(folder) / "journal.jsonl", free_port()
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(PROGRAM), str(port), str(journal), stdin=asyncio.subprocess.PIPE
        )
        smsc = Smsc(port, process, journal)
        try:
            await smsc.shows("up")
            await smsc.order("way", per_second=per_second)
            yield smsc
        finally:
            process.kill()
            await process.wait()
