"""CPU time by process, before and after: who worked how hard in between."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import psutil


@dataclass
class Meter:
    """Percent of one core that each named process took between `start` and `stop`, its children with it."""

    processes: Mapping[str, int]
    _before: dict[str, float] = field(default_factory=dict)
    _started: float = 0.0

    def start(self) -> None:
        """Read the counters."""
        self._before = self._read()
        self._started = time.perf_counter()

    def stop(self) -> dict[str, float]:
        """Percent of a core by name."""
        seconds = time.perf_counter() - self._started
        return {name: 100 * (spent - self._before.get(name, 0.0)) / seconds for name, spent in self._read().items()}

    def _read(self) -> dict[str, float]:
        return {name: _spent(pid) for name, pid in self.processes.items()}


def _spent(pid: int) -> float:
    """CPU seconds of a process, its living children, and those it has buried."""
    try:
        process = psutil.Process(pid)
        own = process.cpu_times()
        total = own.user + own.system + own.children_user + own.children_system
        for child in process.children(recursive=True):
            total += _alone(child)
        return float(total)
    except psutil.NoSuchProcess:
        return 0.0


def _alone(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
        return float(times.user + times.system)
    except psutil.NoSuchProcess:
        return 0.0
