"""Infrastructure errors: telling a server's or the network's trouble from a fault of the request or event at hand."""

from __future__ import annotations

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# 08 connection, 40 serialisation and deadlock, 53 resources, 57 operator intervention, 58 system
_CLASSES = ("08", "40", "53", "57", "58")
# a lock not had in time, a transaction cut off for its age, a server that became a standby
_STATES = frozenset({"55P03", "25P03", "25P04", "25006"})
# Errors of the operating system that speak of files: somebody's mistake, which waiting does not mend.
_OF_FILES = (FileNotFoundError, FileExistsError, PermissionError, IsADirectoryError, NotADirectoryError)


class Busy(Exception):
    """A lane of this process has too much to do, or does not know what became of what it did: try again."""


def is_infrastructure(error: BaseException) -> bool:
    """Whether an error says that a server, or a lane of this process, is away or busy; it says nothing of the work."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(is_infrastructure, error.exceptions))
    if isinstance(error, OSError):  # TimeoutError and the errors of sockets among them
        return not isinstance(error, _OF_FILES)
    if isinstance(
        error,
        Busy | OperationalError | InterfaceError | PoolTimeout | asyncpg.InterfaceError | asyncpg.InternalClientError,
    ):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = sqlstate(error)
    return state.startswith(_CLASSES) or state in _STATES


def sqlstate(error: BaseException) -> str:
    """PostgreSQL's five-character code of an error, by whichever library it comes; empty where it has none."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(cause, "sqlstate", None) or "")
