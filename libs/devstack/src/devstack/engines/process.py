"""A server process of the stack: started, watched, stopped, and never left behind."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import time
import weakref
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from devstack.engines.identity import Identity, preparation
from devstack.engines.ports import port_is_free

_LONGEST_LINE = 400

# Every child is forked by this one thread: the kernel's death signal follows the forking *thread*,
# which must therefore live as long as the process, whoever calls start().
_spawner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


class EngineError(RuntimeError):
    """A server did not start, with what its log said last."""


class Engine(ABC):
    """A server with a data folder, a log file and one process.

    `start()` prepares the data folder, starts the process and waits until it answers. A stopped or
    killed engine can be started again on the same data.
    """

    name = "engine"
    start_seconds = 60.0
    stop_seconds = 20.0
    poll_seconds = 0.05
    stop_signal: signal.Signals = signal.SIGTERM
    # Whether it may begin again with nothing when its data is gone, because others tell it everything anew.
    renewable = False

    def __init__(self, log_file: Path, *, detached: bool = False) -> None:
        self.log_file = log_file
        self.detached = detached
        self._process: subprocess.Popen[bytes] | None = None
        _living.add(self)

    @property
    def pid(self) -> int:
        """Process id of the running server; `EngineError` when there is none."""
        if self._process is None:
            raise EngineError(f"{self.name} has not been started")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    @abstractmethod
    def prepare(self) -> None:
        """Make what the server needs before its first start; done again it changes nothing."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """Program and arguments."""

    @abstractmethod
    def ports(self) -> Sequence[int]:
        """The ports the server listens on."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server does its work at this moment."""

    def environment(self) -> Mapping[str, str]:
        """Environment of the process."""
        return os.environ

    def identity(self) -> Identity | None:
        """The user the process runs as; None for the launcher's own."""
        return None

    def start(self) -> None:
        """Prepare, start and wait until the server answers; does nothing when it already runs."""
        if self.running:
            return
        self.prepare()
        self.spawn()
        self.wait_ready()

    def spawn(self) -> None:
        """Start the process without waiting for it; `EngineError` when one of its ports is taken."""
        for port in self.ports():
            if not port_is_free(port):
                raise EngineError(f"{self.name}: port {port} is taken by another process")
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        argv = [str(part) for part in self.command()]
        death_signal = None if self.detached else self.stop_signal
        prepare = preparation(self.identity(), death_signal)

        def fork() -> subprocess.Popen[bytes]:
            with self.log_file.open("ab") as log:
                return subprocess.Popen(
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=dict(self.environment()),
                    start_new_session=True,
                    preexec_fn=prepare,
                )

        self._process = _spawner.submit(fork).result()

    def wait_ready(self, timeout_seconds: float | None = None) -> None:
        """Wait until the server answers; `EngineError` with the log's end if it ends or stays silent."""
        limit = self.start_seconds if timeout_seconds is None else timeout_seconds
        deadline = time.monotonic() + limit
        while not self.answers():
            if not self.running:
                code = None if self._process is None else self._process.returncode
                raise EngineError(f"{self.name} ended with code {code}\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise EngineError(f"{self.name} did not answer within {limit:.0f} s\n{self.log_tail()}")
            time.sleep(self.poll_seconds)

    def stop(self) -> None:
        """Ask the server to finish; kill it when it does not within `stop_seconds`."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(self.stop_signal)
            try:
                process.wait(self.stop_seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        self._process = None

    def kill(self) -> None:
        """End the server with SIGKILL, as a power cut would, together with its own children."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def log_tail(self, lines: int = 10) -> str:
        """The last lines of the log file, the long ones cut."""
        if not self.log_file.exists():
            return f"(no log at {self.log_file})"
        text = self.log_file.read_text(encoding="utf-8", errors="replace")
        last = [_cut(line) for line in text.splitlines()[-lines:]]
        return "\n".join([f"last lines of {self.log_file}:", *last])


def _cut(line: str) -> str:
    """A line whose middle is left out: a trace in JSON tells where at its start and what at its end."""
    if len(line) <= _LONGEST_LINE:
        return line
    return f"{line[: _LONGEST_LINE // 2]} … {line[-_LONGEST_LINE // 2 :]}"


_living: weakref.WeakSet[Engine] = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    """Where the kernel has no death signal, an ordinary end of the launcher still stops its engines."""
    for engine in list(_living):
        if not engine.detached:
            engine.stop()
