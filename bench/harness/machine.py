"""The machine, in the words a reader needs to judge the figures."""

from __future__ import annotations

import os
import platform
import tempfile
import time
from pathlib import Path

import psutil

_SYNCS = 200
_BUSY_SECONDS = 3.0
_QUIET_PERCENT = 10.0


def describe() -> list[str]:
    """Cores, memory, system, disk, and how busy the machine is already."""
    memory = psutil.virtual_memory().total / 1024**3
    return [
        f"{psutil.cpu_count()} cores ({_processor()}), {memory:.0f} GiB of memory,"
        f" {_system()}, Python {platform.python_version()}.",
        f"The disk acknowledges an fdatasync of 8 kB in {sync_microseconds():.0f} µs at the median;"
        " many disks of servers need milliseconds.",
        _idle_or_not(busy_percent()),
    ]


def _idle_or_not(busy: float) -> str:
    if busy < _QUIET_PERCENT:
        return f"Before the first figure the cores were {100 - busy:.0f} % idle."
    return (
        f"**Before the first figure {busy:.0f} % of the cores were busy with other work:"
        " rates are too low and times too long, only the ratios mean something.**"
    )


def busy_percent() -> float:
    """How busy the cores are while nothing of ours runs."""
    return float(psutil.cpu_percent(_BUSY_SECONDS))


def sync_microseconds() -> float:
    """The median time of an fdatasync in the folder the engines write to."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        descriptor = os.open(Path(folder) / "probe", os.O_CREAT | os.O_WRONLY)
        try:
            for _ in range(_SYNCS):
                os.pwrite(descriptor, b"x" * 8192, 0)
                started = time.perf_counter()
                os.fdatasync(descriptor)
                times.append(time.perf_counter() - started)
        finally:
            os.close(descriptor)
    return sorted(times)[_SYNCS // 2] * 1e6


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _system() -> str:
    try:
        return str(platform.freedesktop_os_release()["PRETTY_NAME"])
    except OSError:
        return platform.platform()
