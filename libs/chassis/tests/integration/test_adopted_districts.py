"""Districts that were words become codes of the list, and a word that nobody knows is kept."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import asyncpg
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis.adopting import adopting
from chassis.connections import DIALECT, creator
from chassis.migrations import adopt_districts
from chassis.periodic import Periodic
from chassis.testing import MakeDatabase, as_owner

from ..probe_service import MIGRATIONS

WAS = [("03", "al-arab"), ("03", "حي العرب"), ("03", "port-fouad"), ("19", "Fayed"), ("03", "x"), ("03", "03.05")]
IS = [("03", "03.02"), ("03", "03.02"), ("03", "03.04"), ("19", "19.07"), ("03", "x"), ("03", "03.05")]


async def test_words_become_codes_once_and_unknown_ones_stay(make_database: MakeDatabase) -> None:
    """As migrations do it: in the name of the tables' owner."""
    owner = as_owner(await make_database(MIGRATIONS))
    engine = create_async_engine(DIALECT, async_creator=creator(owner, "migrations"), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text("CREATE TEMP TABLE place (n int, governorate text, district text)"))
        for number, (governorate, district) in enumerate(WAS):
            row = {"n": number, "g": governorate, "d": district}
            await connection.execute(text("INSERT INTO place VALUES (:n, :g, :d)"), row)

        def adopt(synchronous: Connection) -> object:
            return adopt_districts(synchronous, "place")

        left = {"place": {("03", "x"): 1}}
        assert [await connection.run_sync(adopt) for _ in range(2)] == [left, left]
        found = await connection.execute(text("SELECT governorate, district FROM place ORDER BY n"))
        assert [tuple(row) for row in found] == IS
    await engine.dispose()


async def test_what_the_version_before_writes_meanwhile_has_its_code_soon_after(make_database: MakeDatabase) -> None:
    """As the service does it, again and again; that it may change its tables is tested with the rights of each."""
    pool = await asyncpg.create_pool(as_owner(await make_database(MIGRATIONS)), min_size=1, max_size=1)
    try:
        await pool.execute("CREATE TEMP TABLE place (n int, governorate text, district text)")
        for number, row in enumerate(WAS):
            await pool.execute("INSERT INTO place VALUES ($1, $2, $3)", number, *row)
        job: Periodic[Any] = adopting("place")
        for _ in range(2):
            await job.run(SimpleNamespace(pool=pool))
            found = await pool.fetch("SELECT governorate, district FROM place ORDER BY n")
            assert [tuple(row) for row in found] == IS
    finally:
        await pool.close()
