"""Rows as records, and the raw connection under a session, for COPY."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import asyncpg
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

T = TypeVar("T")

_BEGIN = text("SELECT 1")


def record(kind: Callable[..., T], row: Row[Any], **changed: Any) -> T:
    """A row as a record whose fields are named like its columns; `changed` replaces or adds fields."""
    return kind(**{**row._mapping, **changed})


async def raw(session: AsyncSession) -> asyncpg.Connection:
    """The asyncpg connection inside the session's transaction, which is begun if it was not."""
    raw_connection = await (await session.connection()).get_raw_connection()
    connection = cast("asyncpg.Connection", raw_connection.driver_connection)
    if not connection.is_in_transaction():
        await session.execute(_BEGIN)  # SQLAlchemy sends BEGIN with its first statement only
    return connection
