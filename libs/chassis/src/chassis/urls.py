"""Database addresses in the form each driver wants."""

from __future__ import annotations


def async_url(database_url: str) -> str:
    """`postgresql://…` as SQLAlchemy's asyncpg dialect names it."""
    scheme, _, rest = database_url.partition("://")
    if scheme.split("+")[0] not in {"postgresql", "postgres"}:
        raise ValueError("the database address must begin with postgresql://")
    return f"postgresql+asyncpg://{rest}"
