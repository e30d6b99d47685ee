"""Every SQL statement about policies and the catalogue."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import new_id
from chassis.paging import Paging
from supply_service.policies.book import Item, Policy, PolicyBook
from supply_service.policies.files import scope_text

_COLUMNS = (
    "policy_id, key, scope, value, expression, effective_from, effective_to, legal_reference, source, confidence,"
    " entered_by, approved_by, note"
)
_LOCK = text("SELECT version FROM change_counter WHERE subject = 'policies' FOR UPDATE")
_RAISE = text("UPDATE change_counter SET version = version + 1 WHERE subject = 'policies'")
_ALL = text(f"SELECT {_COLUMNS} FROM policy ORDER BY key, scope, effective_from")
_VERSION = text("SELECT version FROM change_counter WHERE subject = 'policies'")
_PAGE = text(
    f"SELECT {_COLUMNS} FROM policy"
    " WHERE (CAST(:key AS text) IS NULL OR key = :key OR key LIKE :prefix)"
    " AND (CAST(:day AS date) IS NULL OR"
    "  (effective_from <= :day AND (effective_to IS NULL OR effective_to >= :day)))"
    " AND (key, scope, effective_from) > ALL (SELECT key, scope, effective_from FROM policy WHERE policy_id = :after)"
    " ORDER BY key, scope, effective_from LIMIT :limit"
)
_ADD = text(
    f"INSERT INTO policy ({_COLUMNS}) VALUES (:policy_id, :key, :scope, CAST(:value AS jsonb), :expression,"
    " :effective_from, :effective_to, :legal_reference, :source, :confidence, :entered_by, :approved_by, :note)"
)
_END = text(
    "UPDATE policy SET effective_to = :last_day WHERE key = :key AND scope = :scope"
    " AND effective_from < :effective_from AND (effective_to IS NULL OR effective_to > :last_day) RETURNING policy_id"
)
_LATER = text(
    "SELECT effective_from FROM policy WHERE key = :key AND scope = :scope AND effective_from >= :effective_from"
    " ORDER BY effective_from LIMIT 1"
)
_ITEMS = text("SELECT item, name_ar, name_en, limit_group, limit_units FROM catalogue_item ORDER BY item")
_PUT_ITEM = text(
    "INSERT INTO catalogue_item (item, name_ar, name_en, limit_group, limit_units)"
    " VALUES (:item, :name_ar, :name_en, :limit_group, :limit_units)"
    " ON CONFLICT (item) DO UPDATE SET name_ar = excluded.name_ar, name_en = excluded.name_en,"
    " limit_group = excluded.limit_group, limit_units = excluded.limit_units"
)


async def lock(session: AsyncSession) -> int:
    """Keep other writers of policies out until the commit; the version they are at."""
    return int((await session.execute(_LOCK)).scalar_one())


async def mark_changed(session: AsyncSession) -> None:
    """Tell every process that its book is out of date once this commits."""
    await session.execute(_RAISE)


async def version(session: AsyncSession) -> int:
    """The version of the books."""
    return int((await session.execute(_VERSION)).scalar_one())


async def read_book(session: AsyncSession) -> PolicyBook:
    """All policies and items."""
    current = await version(session)
    policies = [_policy(row) for row in (await session.execute(_ALL)).mappings()]
    return PolicyBook.of(policies, await items(session), current)


async def items(session: AsyncSession) -> list[Item]:
    """The catalogue."""
    return [Item(**row) for row in (await session.execute(_ITEMS)).mappings()]


async def put_items(session: AsyncSession, rows: Iterable[Item]) -> None:
    """Enter items, or correct their names."""
    for item in rows:
        values = {name: getattr(item, name) for name in ("item", "name_ar", "name_en", "limit_group", "limit_units")}
        await session.execute(_PUT_ITEM, values)


async def page(session: AsyncSession, key: str | None, on: date | None, page: Paging[UUID]) -> Sequence[Policy]:
    """Rows of a key (or of the keys below it), those that hold on a day where one is given."""
    parameters = {"key": key, "prefix": f"{key}.%", "day": on} | page.bounds
    return [_policy(row) for row in (await session.execute(_PAGE, parameters)).mappings()]


async def add(session: AsyncSession, policy: Policy) -> Policy:
    """Enter a row as it is."""
    policy_id = new_id()
    await session.execute(_ADD, _values(policy) | {"policy_id": policy_id})
    return Policy(**(_members(policy) | {"policy_id": policy_id}))


async def end_before(session: AsyncSession, policy: Policy) -> bool:
    """Let the row that holds until now end the day before `policy` begins; whether there was one."""
    parameters = _ground(policy) | {"last_day": policy.effective_from - timedelta(days=1)}
    return (await session.execute(_END, parameters)).first() is not None


async def next_start(session: AsyncSession, policy: Policy) -> date | None:
    """The first day of a row of the same ground that begins with `policy` or later."""
    found: date | None = (await session.execute(_LATER, _ground(policy))).scalar_one_or_none()
    return found


def _ground(policy: Policy) -> dict[str, Any]:
    return {"key": policy.key, "scope": scope_text(policy.scope), "effective_from": policy.effective_from}


def _members(policy: Policy) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in Policy.__dataclass_fields__}


def _values(policy: Policy) -> dict[str, Any]:
    value = None if policy.value is None else orjson.dumps(policy.value).decode()
    return _members(policy) | {"scope": scope_text(policy.scope), "value": value}


def _policy(row: RowMapping) -> Policy:
    scope = dict(part.split("=", 1) for part in row["scope"].split(",")) if row["scope"] else {}
    return Policy(**(dict(row) | {"scope": scope}))
