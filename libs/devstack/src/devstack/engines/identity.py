"""What a child process is before it runs its program: another user, and tied to its parent's life.

PostgreSQL refuses to run as root. Where the stack is started by root (containers, build machines)
its server therefore runs as `postgres` where the machine has that user, as `nobody` otherwise; no
user is created and no folder outside the stack's own changes its mode.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2
_CAPABILITY_VERSION_3 = 0x20080522

_LINUX = sys.platform == "linux"
_libc = ctypes.CDLL(None, use_errno=True) if _LINUX else None


@dataclass(frozen=True)
class Identity:
    """The user a process runs as; `capability`: what it keeps of root's rights, to pass folders closed to others."""

    uid: int
    gid: int
    capability: int | None = None


def unprivileged(data_dir: Path, *programs: Path) -> Identity | None:
    """Whom a server that refuses root shall run as; None when this process is not root.

    The owner of an existing data folder is kept, so that a restart finds its files.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    owner = data_dir.stat() if data_dir.exists() else None
    if owner is not None and owner.st_uid != 0:
        uid, gid = owner.st_uid, owner.st_gid
    else:
        uid, gid = _ordinary_user()
    if all(_open_to_others(path) for path in (data_dir, *programs)):
        return Identity(uid, gid)
    # Passing folders is enough, unless the program's own file is root's alone: only the wider right starts that.
    runs = all(program.stat().st_mode & 0o001 for program in programs)
    return Identity(uid, gid, _CAP_DAC_READ_SEARCH if runs else _CAP_DAC_OVERRIDE)


def _ordinary_user() -> tuple[int, int]:
    import pwd

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise RuntimeError("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


def _open_to_others(path: Path) -> bool:
    """Whether any user may reach the path: every folder above it has the execute bit for others."""
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents if parent.exists())


def preparation(identity: Identity | None, death_signal: signal.Signals | None) -> Callable[[], None]:
    """What runs in the child between fork and exec.

    With `death_signal` the kernel sends that signal when the thread that started the child ends, so
    that no engine outlives a launcher that was killed (Linux only).
    """

    def prepare() -> None:
        if identity is not None:
            _become(identity)
        if death_signal is not None and _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)

    return prepare


def _become(identity: Identity) -> None:
    if identity.capability is not None and _libc is not None:
        _libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(identity.gid, identity.gid, identity.gid)
    os.setresuid(identity.uid, identity.uid, identity.uid)
    os.umask(0o077)
    if identity.capability is not None:
        _keep(identity.capability)


def _keep(capability: int) -> None:
    """Keep, of root's rights, only the passing of folders that are closed to others (such as /root)."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    wanted = 1 << capability
    data = (ctypes.c_uint32 * 6)(wanted, wanted, wanted, 0, 0, 0)
    if _libc is None or _libc.capset(header, data) != 0:
        return  # then the program is simply not found, and the engine says so with its log
    _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)
