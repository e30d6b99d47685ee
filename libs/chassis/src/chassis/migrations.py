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
from chassis.districts import CODE, known
from chassis.grants import Grants, apply, stated
from chassis.privacy_ddl import privacy_ddl
from chassis.records_ddl import records_ddl
from chassis.retention_ddl import ending_ddl, month_ending_ddl

__all__ = [
    "OWN_SCHEMA",
    "adopt_districts",
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
_WORDS = "SELECT governorate, district, count(*) FROM <table> WHERE district !~ :code GROUP BY 1, 2"
_AS_LISTED = "UPDATE <table> SET district = :code WHERE governorate = :governorate AND district = :word"
_ADVISORY_LOCK = "SELECT pg_advisory_lock(hashtext('unicard.migrations'))"  # to the end of the connection


def run_migrations(
    database_url: str, script_location: Path, revision: str = "head", *, role: str | None = None
) -> None:
    """Bring a service's database to `revision`. Not to be called inside a running event loop.

    `database_url` is the owner's; `role`, under which the service runs, is given its rights afterwards.

    A statement that cannot have its lock within `LOCK_TIMEOUT` fails instead of stopping the traffic behind it. The
    revisions before stay: each commits by itself, and the next call goes on from there.
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
    connection.execute(text(_ADVISORY_LOCK))  # however long the other process's migration takes
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()

    def give_rights(
        *_: object, **__: object
    ) -> None:  # with each, since triggers write new tables as the service's role
        apply(connection, role, grants)

    # Each revision commits by itself, so that nobody waits for the locks of one while the next is at work.
    context.configure(connection=connection, transaction_per_migration=True, on_version_apply=give_rights)
    with context.begin_transaction():
        context.run_migrations()
    apply(connection, role, grants)


def adopt_districts(connection: Connection, *tables: str) -> dict[str, dict[tuple[str, str], int]]:
    """Turn the words of `tables` (governorate, district) into codes; how many rows stay as they are.

    A row whose word nobody knows keeps it. What is done already is not done again.
    """
    left: dict[str, dict[tuple[str, str], int]] = {}
    for table in tables:
        words = connection.execute(text(_WORDS.replace("<table>", table)), {"code": CODE}).all()
        change = text(_AS_LISTED.replace("<table>", table))
        left[table] = {}
        for governorate, word, rows in words:
            if (code := known(governorate, word)) is None:
                left[table][governorate, word] = rows
            else:
                connection.execute(change, {"code": code, "governorate": governorate, "word": word})
    return left
