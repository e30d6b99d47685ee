"""Alembic without an ini file: each service brings `migrations/versions`, its `env.py` calls `run_env()`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis.connections import DIALECT, creator
from chassis.ddl import (
    OWN_SCHEMA,
    aside_ddl,
    chassis_ddl,
    definer,
    outbox_functions_ddl,
    rendered_events_ddl,
    training_ddl,
)
from chassis.grants import Grants, apply, stated
from chassis.privacy_ddl import privacy_ddl
from chassis.records_ddl import records_ddl
from chassis.retention_ddl import ending_ddl, month_ending_ddl

__all__ = [
    "OWN_SCHEMA",
    "aside_ddl",
    "chassis_ddl",
    "definer",
    "ending_ddl",
    "month_ending_ddl",
    "outbox_functions_ddl",
    "privacy_ddl",
    "records_ddl",
    "rendered_events_ddl",
    "run_env",
    "run_migrations",
    "stated",
    "training_ddl",
]

LOCK_TIMEOUT = "5s"
_ADVISORY_LOCK = "SELECT pg_advisory_xact_lock(hashtext('unicard.migrations'))"


def run_migrations(
    database_url: str, script_location: Path, revision: str = "head", *, role: str | None = None
) -> None:
    """Bring a service's database to `revision`. Not to be called inside a running event loop.

    `database_url` is the owner's; `role`, under which the service runs, is given its rights afterwards.

    A statement that cannot have its lock within `LOCK_TIMEOUT` fails instead of stopping the traffic behind it.
    Several processes may call this at once: one migrates, the others find nothing left to do.
    """
    config = Config()
    config.set_main_option("script_location", str(script_location))
    config.attributes["database_url"] = database_url
    config.attributes["role"] = role
    command.upgrade(config, revision)


def run_env(grants: Grants) -> None:
    """What a service's `migrations/env.py` calls: `run_env(stated("card_service", "policybook"))`."""
    attributes = context.config.attributes
    asyncio.run(_upgrade(attributes["database_url"], attributes.get("role"), grants))


async def _upgrade(database_url: str, role: str | None, grants: Grants) -> None:
    engine = create_async_engine(DIALECT, async_creator=creator(database_url, "migrations"), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run, role, grants)
            await connection.commit()
    finally:
        await engine.dispose()


def _run(connection: Connection, role: str | None, grants: Grants) -> None:
    context.configure(connection=connection, transaction_per_migration=False)
    with context.begin_transaction():
        connection.execute(text(_ADVISORY_LOCK))  # however long the other process's migration takes
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        context.run_migrations()
        apply(connection, role, grants)
