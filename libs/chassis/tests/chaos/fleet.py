"""Copies of the probe as real processes, started again whenever they are gone."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from chassis.testing import PLAIN

ROOT = Path(__file__).parents[4]
APP = "libs.chassis.tests.probe_service:create_app"


class Copy:
    """One process of the probe on a port of its own."""

    def __init__(self, name: str, port: int, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._environment = {**os.environ, **environment, "UNICARD_PORT": str(port), "PYTHONPATH": str(ROOT)}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.kills = 0

    def start(self) -> None:
        """Start the process; it answers a few seconds later."""
        command = [sys.executable, "-m", "uvicorn", "--factory", APP, "--host", "127.0.0.1", "--port", str(self._port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--no-access-log"],
                stdout=log,
                stderr=log,
                env=self._environment,
                cwd=ROOT,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process, if it lives."""
        if self._process is not None and self.running:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End the process as a power cut would."""
        self.signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(30)
        self.kills += 1

    def terminate(self) -> int:
        """Ask the process to finish and give its exit code; -9 when it had to be killed."""
        self.signal(signal.SIGTERM)
        if self._process is None:
            return 0
        try:
            return self._process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            return -9

    async def ready(self) -> bool:
        """Whether the process says that it can do its work."""
        try:
            async with httpx.AsyncClient(timeout=3, verify=PLAIN) as client:
                return (await client.get(f"{self.url}/readyz")).status_code == 200
        except httpx.HTTPError:
            return False


class Fleet:
    """Copies, and a supervisor that starts what has died."""

    def __init__(self, copies: list[Copy]) -> None:
        self.copies = copies
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Fleet:
        for copy in self.copies:
            copy.start()
        self._task = asyncio.create_task(self._supervise())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stand_down()
        await asyncio.gather(*(asyncio.to_thread(copy.kill) for copy in self.copies))

    def stand_down(self) -> None:
        """Let what ends from now on be ended."""
        if self._task is not None:
            self._task.cancel()

    async def all_ready(self) -> bool:
        """Whether every copy can do its work."""
        return all(await asyncio.gather(*(copy.ready() for copy in self.copies)))

    async def _supervise(self) -> None:
        while True:
            for copy in self.copies:
                if not copy.running:
                    copy.start()
            await asyncio.sleep(0.2)
