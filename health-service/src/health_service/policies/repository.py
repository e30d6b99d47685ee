"""Every SQL statement about policies."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from health_service.policies.book import Policy, PolicyBook
from health_service.policies.files import scope_text

_COLUMNS = (
    "key, scope, value, effective_from, effective_to, legal_reference, source, confidence, entered_by, approved_by,"
    " note"
)
# One process enters the files, the others wait and then find everything there.
_LOCK = text("LOCK TABLE policy IN SHARE ROW EXCLUSIVE MODE")
_ALL = text(f"SELECT {_COLUMNS} FROM policy ORDER BY key, scope, effective_from")
_ADD = text(
    f"INSERT INTO policy ({_COLUMNS}) VALUES (:key, :scope, CAST(:value AS jsonb), :effective_from, :effective_to,"
    " :legal_reference, :source, :confidence, :entered_by, :approved_by, :note)"
)
_END = text(
    "UPDATE policy SET effective_to = :effective_to WHERE key = :key AND scope = :scope"
    " AND effective_from = :effective_from"
)


async def lock(session: AsyncSession) -> None:
    """Keep other writers of policies out until the commit."""
    await session.execute(_LOCK)


async def read_book(session: AsyncSession) -> PolicyBook:
    """All policies."""
    return PolicyBook.of([_policy(row) for row in (await session.execute(_ALL)).mappings()])


async def add(session: AsyncSession, policy: Policy) -> None:
    """Enter a row as it is."""
    members: dict[str, Any] = {name: getattr(policy, name) for name in Policy.__dataclass_fields__}
    value = orjson.dumps(policy.value).decode()
    await session.execute(_ADD, members | {"scope": scope_text(policy.scope), "value": value})


async def end(session: AsyncSession, policy: Policy, last_day: date | None) -> None:
    """Let a row end on another day."""
    ground = {"key": policy.key, "scope": scope_text(policy.scope), "effective_from": policy.effective_from}
    await session.execute(_END, ground | {"effective_to": last_day})


def _policy(row: RowMapping) -> Policy:
    scope = dict(part.split("=", 1) for part in row["scope"].split(",")) if row["scope"] else {}
    return Policy(**(dict(row) | {"scope": scope}))
