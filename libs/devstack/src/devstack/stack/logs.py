"""The log files of the stack: one a process, shown together or followed."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from devstack.settings import SettingError, StackSettings

_ROTATE_BYTES = 20 * 1024 * 1024
_FOLLOW_SECONDS = 0.3


def rotate(path: Path) -> None:
    """Set a large log aside before its process starts; one earlier log is kept."""
    if path.exists() and path.stat().st_size > _ROTATE_BYTES:
        path.replace(path.with_suffix(".log.1"))


def files(settings: StackSettings, name: str | None) -> list[Path]:
    """The log of one process, or all of them; `SettingError` naming those there are."""
    found = sorted((settings.folder / "logs").glob("*.log"))
    if name is None:
        return found
    chosen = [path for path in found if path.stem == name]
    if not chosen:
        there = ", ".join(path.stem for path in found) or "none yet"
        raise SettingError(f"there is no log of {name!r}; there are: {there}")
    return chosen


def last_lines(paths: Sequence[Path], lines: int) -> Iterator[tuple[str, str]]:
    """Name and line, the last `lines` of each file."""
    for path in paths:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in deque(file, maxlen=lines):
                yield path.stem, line.rstrip("\n")


def follow(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Name and line of what is written from now on, for ever; a file begun anew is read from its start."""
    tails = [_Tail(path) for path in paths]
    while True:
        quiet = True
        for tail in tails:
            for line in tail.read():
                quiet = False
                yield tail.path.stem, line
        if quiet:
            time.sleep(_FOLLOW_SECONDS)


class _Tail:
    """The end of one file, read by whole lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begun = ""
        self._file = path.open(encoding="utf-8", errors="replace")
        self._file.seek(0, os.SEEK_END)

    def read(self) -> list[str]:
        """The lines completed since the last call."""
        *whole, self._begun = (self._begun + self._file.read()).split("\n")
        if self.path.exists() and self.path.stat().st_ino != os.fstat(self._file.fileno()).st_ino:
            self._file.close()
            self._file = self.path.open(encoding="utf-8", errors="replace")
            self._begun = ""
        return whole
