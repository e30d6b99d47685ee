"""Database engine, sessions, and the three kinds of session a route can ask for: reading, recording, work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, NoReturn

import asyncpg
import asyncpg.pool
import orjson
from fastapi import Depends, Header, Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from chassis import idempotency, outbox
from chassis.clock import Clock
from chassis.connections import DIALECT, creator, options
from chassis.records.entries import Entry
from chassis.refusals import Refusal
from chassis.runtime import Resources, get_runtime
from chassis.settings import ServiceSettings

__all__ = ["ReadSession", "Reading", "Recording", "Work", "create_engine", "create_pool", "raw"]

_BEGIN = text("SELECT 1")
COMMAND_SECONDS = 60.0
WAIT_SECONDS = 5.0  # for a connection of a pool


def create_engine(settings: ServiceSettings, name: str) -> AsyncEngine:
    """The SQLAlchemy engine of a service, with orjson for JSON columns."""
    return create_async_engine(
        DIALECT,
        async_creator=creator(settings.database_url, name, COMMAND_SECONDS),
        pool_size=settings.pool_size,
        max_overflow=0,  # a connection beyond the pool would be made, with its dear handshake, for one request only
        pool_use_lifo=True,  # a quiet service uses few connections, and the others keep no plans of all its statements
        pool_timeout=WAIT_SECONDS,
        hide_parameters=True,  # errors end in logs, parameters may be personal
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )


class HotPool(asyncpg.Pool):
    """A pool in which nobody waits for a connection for ever: asyncpg's own would let a queue grow without bound."""

    def acquire(self, *, timeout: float | None = None) -> asyncpg.pool.PoolAcquireContext:
        """A connection. Raises TimeoutError where none is free within `timeout` seconds, by default `WAIT_SECONDS`."""
        return super().acquire(timeout=WAIT_SECONDS if timeout is None else timeout)


async def create_pool(settings: ServiceSettings, name: str) -> asyncpg.Pool:
    """Raw connections for the hot path. A connection is not reset when it returns: nothing may be left on it."""
    return await HotPool(
        settings.database_url,
        min_size=1,
        max_size=settings.hot_pool_size,
        max_queries=50_000,
        max_inactive_connection_lifetime=300.0,
        loop=None,
        record_class=asyncpg.Record,
        reset=_no_reset,
        command_timeout=30,
        **options(f"{name}-hot"),
    )


async def _no_reset(_: object) -> None:
    """Spare the round trip: the hot path leaves no session state behind."""


def create_sessions(engine: AsyncEngine, clock: Clock) -> async_sessionmaker[AsyncSession]:
    """Sessions of an engine; objects stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False, info={outbox.CLOCK: clock})


async def raw(session: AsyncSession) -> asyncpg.Connection:
    """The asyncpg connection inside a session's transaction, which is begun if it was not: for COPY."""
    connection = (await (await session.connection()).get_raw_connection()).driver_connection
    if not isinstance(connection, asyncpg.Connection):
        raise TypeError("the engine is not on asyncpg")
    if not connection.is_in_transaction():
        await session.execute(_BEGIN)  # SQLAlchemy sends BEGIN with its first statement only
    return connection


class ReadSession(AsyncSession):
    """A session that changes nothing: the database refuses to write in it, and there is nothing to commit."""

    async def commit(self) -> NoReturn:
        """Raise TypeError: a route that writes asks for `Work`, one that notes who has seen what for `Recording`."""
        raise TypeError("a reading commits nothing")


async def _reading(request: Request) -> AsyncIterator[ReadSession]:
    async with ReadSession(get_runtime(request).engine, expire_on_commit=False) as session:
        # said in BEGIN itself, so it costs no round trip
        await session.connection(execution_options={"postgresql_readonly": True})
        yield session


async def _recording(request: Request) -> AsyncIterator[AsyncSession]:
    """Commits before the reply leaves: nobody sees what was not noted."""
    async with get_runtime(request).sessions() as session, session.begin(), _recorded(request, session):
        yield session


@asynccontextmanager
async def _recorded(request: Request, session: AsyncSession) -> AsyncIterator[None]:
    """Append what is done in the session's transaction to the record of who has seen or changed what."""
    entry: Entry | None = getattr(request.state, "entry", None)
    if entry is not None:
        await entry.begin(await raw(session))
    yield
    if entry is not None:
        await entry.finish(await raw(session))


async def _work(
    request: Request, _: Annotated[str | None, Header(alias=idempotency.HEADER)] = None
) -> AsyncIterator[AsyncSession]:
    """Commits before the reply leaves; a repeat never reaches the route, it gets the stored reply.

    Function-scoped on purpose: with FastAPI's default the commit would come after the response,
    and a failed commit would still have answered 2xx. A refusal undoes all, unless it says that it keeps it.
    """
    runtime: Resources = get_runtime(request)
    claim = await idempotency.claim(request)
    kept: Refusal | None = None
    async with runtime.sessions() as session, session.begin():
        await idempotency.enter(session, claim)
        try:
            async with _recorded(request, session):
                yield session
        except Refusal as refusal:
            if not refusal.keeps:
                raise
            kept = refusal
        else:
            await idempotency.store(session, claim, request)
    runtime.wake_relay()
    if kept is not None:
        raise kept


Reading = Annotated[ReadSession, Depends(_reading, scope="function")]
Recording = Annotated[AsyncSession, Depends(_recording, scope="function")]
Work = Annotated[AsyncSession, Depends(_work, scope="function")]
