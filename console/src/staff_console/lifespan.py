"""What the console holds while it runs, and the job that forgets what is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
from fastapi import FastAPI

from chassis.clock import Clock
from chassis.connections import options
from chassis.logging import get_logger
from chassis.sealing import Vault
from staff_console.context import Context
from staff_console.provider import Provider
from staff_console.services import Services
from staff_console.sessions import repository
from staff_console.settings import Settings
from staff_console.sites import prints

log = get_logger(__name__)
_UPKEEP_SECONDS = 600.0
_MACHINE_TIME = Clock()


@asynccontextmanager
async def lifespan(app: FastAPI, settings: Settings) -> AsyncIterator[None]:
    """Open the pool and the ways to the services, and close them."""
    pool = await asyncpg.create_pool(
        settings.database_url, min_size=1, max_size=settings.console_pool_size, command_timeout=30, **options("console")
    )
    ring = settings.ring()
    marking = ring.derived(b"unicard console mark")
    provider, services = Provider(settings), Services(settings)
    app.state.context = Context(
        settings=settings,
        pool=pool,
        vault=Vault(ring.derived(b"unicard console")),
        # Of the oldest key, so that a new one in front ends no session.
        secret=list(marking.keys.values())[-1],
        provider=provider,
        services=services,
    )
    upkeep = asyncio.create_task(_upkeep(pool))
    log.info("started", port=settings.port)
    try:
        yield
    finally:
        upkeep.cancel()
        with suppress(asyncio.CancelledError):
            await upkeep
        await provider.close()
        await services.close()
        await pool.close()
        log.info("stopped")


async def _upkeep(pool: asyncpg.Pool) -> None:
    while True:
        try:
            await repository.forget(pool, _MACHINE_TIME.now())
            await prints.forget(pool, _MACHINE_TIME.now())
        except (OSError, asyncpg.PostgresError, TimeoutError) as error:
            log.warning("what is over could not be forgotten", error=type(error).__name__)
        await asyncio.sleep(_UPKEEP_SECONDS)
