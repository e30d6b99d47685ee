"""Only what waiting can mend is waited for."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis.infrastructure_errors import Busy, is_infrastructure, sqlstate
from chassis.problems import Conflict


def wrapped(error: Exception) -> DBAPIError:
    return DBAPIError("SELECT", {}, error)


WAITED_FOR = [
    ConnectionRefusedError(),
    ConnectionResetError(),
    TimeoutError(),
    OSError("Multiple exceptions: [Errno 111]"),
    PoolTimeout(),
    Busy("More is waiting than can be served soon."),
    OperationalError("", {}, Exception()),
    InterfaceError("", {}, Exception()),
    ExceptionGroup("", [ConnectionResetError(), asyncpg.AdminShutdownError("")]),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.CannotConnectNowError(""),
    asyncpg.AdminShutdownError(""),
    asyncpg.CrashShutdownError(""),
    asyncpg.QueryCanceledError(""),
    asyncpg.DeadlockDetectedError(""),
    asyncpg.SerializationError(""),
    asyncpg.DiskFullError(""),
    asyncpg.TooManyConnectionsError(""),
    asyncpg.LockNotAvailableError(""),
    asyncpg.ReadOnlySQLTransactionError(""),
    asyncpg.ConnectionDoesNotExistError(""),
    asyncpg.DuplicateFileError(""),
]
FAULTS_OF_THE_WORK = [
    ValueError(),
    KeyError("x"),
    Conflict(),
    ExceptionGroup("", [ConnectionResetError(), ValueError()]),
    FileNotFoundError(),
    PermissionError(),
    asyncpg.UniqueViolationError(""),
    asyncpg.NotNullViolationError(""),
    asyncpg.DataError(""),
    asyncpg.CharacterNotInRepertoireError(""),
    asyncpg.UndefinedTableError(""),
    asyncpg.InsufficientPrivilegeError(""),
    asyncpg.RaiseError(""),
    Exception(),
]


@pytest.mark.parametrize("error", WAITED_FOR, ids=lambda error: type(error).__name__)
def test_waited_for(error: Exception) -> None:
    assert is_infrastructure(error)
    if isinstance(error, asyncpg.PostgresError):
        assert is_infrastructure(wrapped(error))


@pytest.mark.parametrize("error", FAULTS_OF_THE_WORK, ids=lambda error: type(error).__name__)
def test_fault_of_the_work(error: Exception) -> None:
    assert not is_infrastructure(error)
    assert not is_infrastructure(wrapped(error))


def test_lost_connection_of_the_pool() -> None:
    assert is_infrastructure(DBAPIError("SELECT", {}, Exception(), connection_invalidated=True))


def test_code_of_an_error() -> None:
    assert sqlstate(asyncpg.UniqueViolationError("")) == "23505"
    assert sqlstate(wrapped(asyncpg.UniqueViolationError(""))) == "23505"
    assert sqlstate(ValueError()) == ""
