"""What tests of the probe look at and do behind its back."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text


async def seen(app: FastAPI, key: str) -> list[int]:
    """The numbers heard under a key, in the order of their effects."""
    async with app.state.runtime.sessions() as session:
        rows = await session.execute(text("SELECT number FROM seen WHERE key = :key ORDER BY id"), {"key": key})
        return list(rows.scalars())
