"""What runs, written down: `status` reads it, `down` stops what it names and nothing else."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

import psutil

from devstack.engines.files import write_private

READY = "ready"
FAILED = "failed"
STOPPING = "stopping"

# Two readings of one process's start time differ by rounding only.
_SAME_START_SECONDS = 1.0


@dataclass
class Running:
    """A process: its id and the moment it started, since ids are used again."""

    name: str
    pid: int
    started: float
    port: int | None = None
    restarts: int = 0

    @classmethod
    def of(cls, name: str, pid: int, port: int | None = None, restarts: int = 0) -> Running:
        """The entry of a process that runs now; one that has just ended is entered too."""
        try:
            started = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            started = time.time()
        return cls(name, pid, started, port, restarts)

    def process(self) -> psutil.Process | None:
        """The very process that was entered, None when it has ended."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < _SAME_START_SECONDS
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


@dataclass
class State:
    """The supervisor, how far it is, and its processes."""

    supervisor: Running
    phase: str
    error: str = ""
    edge: str = ""
    processes: list[Running] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Replace the state file."""
        write_private(_file(folder), json.dumps(asdict(self), indent=1))


def read_state(folder: Path) -> State | None:
    """What the state file says, whether it still runs or not; None where there is none."""
    try:
        known = json.loads(_file(folder).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return State(
        supervisor=Running(**known["supervisor"]),
        phase=known["phase"],
        error=known["error"],
        edge=known["edge"],
        processes=[Running(**entry) for entry in known["processes"]],
    )


def forget_state(folder: Path) -> None:
    """Remove the state file."""
    _file(folder).unlink(missing_ok=True)


def take_lock(folder: Path) -> IO[str] | None:
    """The lock one supervisor holds for as long as it lives; None when another one holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "stack.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    os.set_inheritable(file.fileno(), False)
    return file


def is_running(folder: Path) -> bool:
    """Whether a supervisor holds this folder."""
    if not folder.exists():
        return False
    lock = take_lock(folder)
    if lock is None:
        return True
    lock.close()
    return False


def stop_leftovers(folder: Path, timeout_seconds: float = 20.0) -> list[str]:
    """End processes a supervisor left behind when it was killed; the names of those that were."""
    state = read_state(folder)
    if state is None:
        return []
    left = [(entry.name, process) for entry in state.processes if (process := entry.process())]
    for _, process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs([process for _, process in left], timeout=timeout_seconds)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)
    return [name for name, _ in left]


def _file(folder: Path) -> Path:
    return folder / "stack.json"
