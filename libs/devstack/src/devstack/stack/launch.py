"""Starting and stopping a stack from outside its supervisor."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import psutil

from devstack.engines.process import EngineError
from devstack.settings import StackSettings
from devstack.state import FAILED, READY, State, is_running, read_state, stop_leftovers

_START_SECONDS = 300.0  # the first start downloads Kafka's jars
_STOP_SECONDS = 90.0
_LOOK_SECONDS = 0.2


def start_detached(settings: StackSettings, report: Callable[[str], None]) -> State:
    """Start a supervisor that outlives this process; return when the stack is ready.

    `EngineError` with the supervisor's reason when it gives up.
    """
    log_file = settings.log_file("supervisor")
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "devstack.stack"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return wait_until_ready(settings, report, process)


def wait_until_ready(
    settings: StackSettings, report: Callable[[str], None], process: subprocess.Popen[bytes] | None = None
) -> State:
    """Wait for a starting supervisor, reporting its phases."""
    deadline = time.monotonic() + _START_SECONDS
    phase = ""
    while time.monotonic() < deadline:
        state = read_state(settings.folder)
        if state is not None and (process is None or state.supervisor.pid == process.pid):
            if state.phase == FAILED:
                raise EngineError(state.error)
            if state.phase != phase:
                phase = state.phase
                report(phase)
            if phase == READY:
                return state
        if (process is not None and process.poll() is not None) or (process is None and state is None):
            raise EngineError(f"the supervisor ended; see {settings.log_file('supervisor')}")
        time.sleep(_LOOK_SECONDS)
    raise EngineError(f"the stack is not ready after {_START_SECONDS:.0f} s; see `unicard status` and `unicard logs`")


def stop(settings: StackSettings) -> list[str]:
    """Stop the stack of this folder; the names of what was stopped, empty when nothing ran."""
    state = read_state(settings.folder)
    if state is None:
        return []
    names = [entry.name for entry in state.processes if entry.process()]
    supervisor = state.supervisor.process()
    if supervisor is not None and is_running(settings.folder):
        supervisor.terminate()
        try:
            supervisor.wait(_STOP_SECONDS)
        except psutil.TimeoutExpired:
            supervisor.kill()
            supervisor.wait()
    stop_leftovers(settings.folder)
    return names
