"""Files that appear whole or not at all, and files nobody else can read."""

from __future__ import annotations

import os
import stat
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
    for path in (folder, *folder.rglob("*")):
        try:
            mode = stat.S_IMODE(path.lstat().st_mode)
        except FileNotFoundError:  # of a process that still ends
            continue
        if mode & OTHERS and not path.is_symlink():
            path.chmod(mode & ~OTHERS)
