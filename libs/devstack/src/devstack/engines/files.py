"""Files that appear whole or not at all, and files nobody else can read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

OTHERS = 0o077


def write_private(path: Path, text: str) -> None:
    """Replace a file by one only its owner can read; a reader sees the old text or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def keep_private() -> None:
    """Let nothing that this process and its children make be read by other users of the machine."""
    os.umask(OTHERS)


def close_to_others(folder: Path) -> None:
    """Take other users' rights away from a folder and all that is in it, as an earlier version may have left it."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in open_to_others(folder):
        with suppress(FileNotFoundError):  # of a process that still ends
            path.chmod(stat.S_IMODE(path.lstat().st_mode) & ~OTHERS)


def open_to_others(folder: Path) -> Iterator[Path]:
    """What other users may reach of a folder: itself, and files and folders in it."""
    places = (folder, *(Path(where, name) for where, folders, files in os.walk(folder) for name in (*folders, *files)))
    for path in places:
        with suppress(FileNotFoundError):  # what runs removes files at any time
            if not path.is_symlink() and path.lstat().st_mode & OTHERS:
                yield path
