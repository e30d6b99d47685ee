"""The SMSC of the tests from outside: start, order, read its journal, kill, start again."""

from __future__ import annotations

import asyncio
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from chassis.testing import eventually
from notify_service.settings import SmppProvider

PASSWORD = "bound"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Smsc:
    journal: Path
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        starts = len(self.entries("up"))
        program = Path(__file__).with_name("smsc.py")
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, str(program), str(self.port), str(self.journal), stdin=asyncio.subprocess.PIPE
        )

        async def up() -> bool:
            return len(self.entries("up")) > starts

        await eventually(up, seconds=30)

    async def kill(self) -> None:
        if self.process and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def order(self, do: str, **order: Any) -> None:
        assert self.process
        assert self.process.stdin
        self.process.stdin.write(orjson.dumps({"do": do, **order}) + b"\n")
        await self.process.stdin.drain()
        await asyncio.sleep(0.05)

    def entries(self, kind: str) -> list[dict[str, Any]]:
        if not self.journal.exists():
            return []
        whole = self.journal.read_bytes().rpartition(b"\n")[0]
        return [entry for line in whole.splitlines() if (entry := orjson.loads(line))["kind"] == kind]

    @property
    def submitted(self) -> list[dict[str, Any]]:
        return self.entries("submitted")

    def provider(self, name: str, **changes: Any) -> SmppProvider:
        values = {
            "name": name, "host": "127.0.0.1", "port": self.port, "system_id": name, "per_second": 10_000,
            "enquire_seconds": 0.5, "answer_seconds": 3,
        }  # fmt: skip
        return SmppProvider(**(values | changes))


def said(entry: dict[str, Any]) -> str:
    """The text of a part in UCS-2."""
    payload = bytes.fromhex(entry["payload"])
    return payload[6 if entry["esm_class"] & 0x40 else 0 :].decode("utf-16-be")
