"""Every SQL statement about policies."""

# ruff: noqa: S608 - nothing but this module's own list of columns is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import new_id
from chassis.paging import Paging
from policybook.book import Policy, PolicyBook, scope_text

_COLUMNS = (
    "policy_id, key, scope, value, expression, effective_from, effective_to, legal_reference, source, confidence,"
    " entered_by, approved_by, note"
)
_LOCK = text("SELECT version FROM policy_version FOR UPDATE")
_RAISE = text("UPDATE policy_version SET version = version + 1")
_ALL = text(f"SELECT {_COLUMNS} FROM policy ORDER BY key, scope, effective_from")
VERSION = "SELECT version FROM policy_version"  # the version of the book
_PAGE = text(
    f"SELECT {_COLUMNS} FROM policy"
    " WHERE (CAST(:key AS text) IS NULL OR key = :key OR key LIKE :prefix)"
    " AND (CAST(:day AS date) IS NULL OR"
    "  (effective_from <= :day AND (effective_to IS NULL OR effective_to >= :day)))"
    " AND (CAST(:scope AS text) IS NULL OR position(',' || :scope || ',' IN ',' || scope || ',') > 0)"
    " AND (CAST(:policy_id AS uuid) IS NULL OR policy_id = :policy_id)"
    " AND (NOT CAST(:assumed AS boolean) OR confidence IN ('inferred', 'unverified', 'chosen'))"
    " AND (key, scope, effective_from) > ALL (SELECT key, scope, effective_from FROM policy WHERE policy_id = :after)"
    " ORDER BY key, scope, effective_from LIMIT :limit"
)
_ADD = text(
    f"INSERT INTO policy ({_COLUMNS}) VALUES (:policy_id, :key, :scope, CAST(:value AS jsonb), :expression,"
    " :effective_from, :effective_to, :legal_reference, :source, :confidence, :entered_by, :approved_by, :note)"
)
_END_BEFORE = text(
    "UPDATE policy SET effective_to = :last_day WHERE key = :key AND scope = :scope"
    " AND effective_from < :effective_from AND (effective_to IS NULL OR effective_to > :last_day) RETURNING policy_id"
)
_PREDECESSOR = text(
    f"SELECT {_COLUMNS} FROM policy WHERE key = :key AND scope = :scope AND effective_from < :effective_from"
    " AND (effective_to IS NULL OR effective_to >= :effective_from)"
)
_REMEMBER = text(
    "UPDATE policy SET ended_policy_id = :ended_policy_id, ended_last_day = :ended_last_day"
    " WHERE policy_id = :policy_id"
)
_FIND = text(f"SELECT {_COLUMNS} FROM policy WHERE policy_id = :policy_id")
_TAKE_OUT = text("DELETE FROM policy WHERE policy_id = :policy_id RETURNING ended_policy_id, ended_last_day")
# What had ended the row that is taken out has ended the one before it now.
_REPOINT = text(
    "UPDATE policy SET ended_policy_id = :before, ended_last_day = :last_day WHERE ended_policy_id = :policy_id"
)
# Why a row was wrong is kept with it; what had ended it, or was ended by it, is known by the files from now on.
_CORRECT = text(
    f"WITH wrong AS (DELETE FROM policy WHERE policy_id = :policy_id RETURNING {_COLUMNS}, recorded_at)"
    f" INSERT INTO policy_corrected ({_COLUMNS}, recorded_at, corrected_at, reason, corrected_source)"
    f" SELECT {_COLUMNS}, recorded_at, clock_timestamp(), :reason, :corrected_source FROM wrong"
)
_MOVE_END = text("UPDATE policy SET effective_to = :last_day WHERE policy_id = :policy_id")


async def lock(session: AsyncSession) -> None:
    """Keep other writers of policies out until the commit."""
    await session.execute(_LOCK)


async def mark_changed(session: AsyncSession) -> None:
    """Tell every process that its book is out of date once this commits."""
    await session.execute(_RAISE)


async def read_book(session: AsyncSession) -> PolicyBook:
    """All policies."""
    current = int((await session.execute(text(VERSION))).scalar_one())
    return PolicyBook.of([_policy(row) for row in (await session.execute(_ALL)).mappings()], current)


@dataclass(frozen=True)
class Listed:
    """Which rows a list is about: of a key (or of the keys below it), in force on a day, of a member of a scope.

    `assumed`: only those that nobody has published, but somebody inferred, did not verify or chose.
    """

    key: str | None = None
    on: date | None = None
    scope: str | None = None
    policy_id: UUID | None = None
    assumed: bool = False


async def page(session: AsyncSession, listed: Listed, page: Paging[UUID]) -> Sequence[Policy]:
    """A page of the rows that a list is about."""
    parameters = {
        "key": listed.key,
        "prefix": f"{listed.key}.%",
        "day": listed.on,
        "scope": listed.scope,
        "policy_id": listed.policy_id,
        "assumed": listed.assumed,
        **page.bounds,
    }
    return [_policy(row) for row in (await session.execute(_PAGE, parameters)).mappings()]


async def add(session: AsyncSession, policy: Policy) -> Policy:
    """Enter a row as it is, under the id it brings or a new one."""
    entered = replace(policy, policy_id=policy.policy_id or new_id())
    value = None if entered.value is None else orjson.dumps(entered.value).decode()
    columns = {name: getattr(entered, name) for name in Policy.__dataclass_fields__}
    await session.execute(_ADD, columns | {"scope": scope_text(entered.scope), "value": value})
    return entered


async def end_before(session: AsyncSession, policy: Policy) -> bool:
    """Let the row that holds until now end the day before `policy` begins; whether there was one."""
    parameters: dict[str, object] = {
        "key": policy.key,
        "scope": scope_text(policy.scope),
        "effective_from": policy.effective_from,
        "last_day": policy.effective_from - timedelta(days=1),
    }
    return (await session.execute(_END_BEFORE, parameters)).first() is not None


async def find(session: AsyncSession, policy_id: UUID) -> Policy | None:
    """A row of the book."""
    row = (await session.execute(_FIND, {"policy_id": policy_id})).mappings().one_or_none()
    return None if row is None else _policy(row)


async def predecessor(session: AsyncSession, policy: Policy) -> Policy | None:
    """The row that holds on a policy's first day, before that is entered."""
    parameters = {"key": policy.key, "scope": scope_text(policy.scope), "effective_from": policy.effective_from}
    row = (await session.execute(_PREDECESSOR, parameters)).mappings().one_or_none()
    return None if row is None else _policy(row)


async def remember_ended(session: AsyncSession, policy_id: UUID, ended: Policy) -> None:
    """Keep with a row which one it has ended, and what the last day of that was."""
    parameters = {"ended_policy_id": ended.policy_id, "ended_last_day": ended.effective_to, "policy_id": policy_id}
    await session.execute(_REMEMBER, parameters)


async def take_out(session: AsyncSession, policy_id: UUID) -> tuple[UUID | None, date | None]:
    """Remove a row; which one it had ended, and what the last day of that was."""
    taken = (await session.execute(_TAKE_OUT, {"policy_id": policy_id})).one()
    parameters = {"before": taken.ended_policy_id, "last_day": taken.ended_last_day, "policy_id": policy_id}
    await session.execute(_REPOINT, parameters)
    return taken.ended_policy_id, taken.ended_last_day


async def move_end(session: AsyncSession, policy: Policy, last_day: date | None) -> None:
    """Let a row end on another day."""
    await session.execute(_MOVE_END, {"policy_id": policy.policy_id, "last_day": last_day})


async def correct(session: AsyncSession, policy: Policy, reason: str, source: str) -> None:
    """Take a row that was wrong out of the book, and keep it beside it with the reason."""
    parameters = {"policy_id": policy.policy_id, "reason": reason, "corrected_source": source}
    await session.execute(_CORRECT, parameters)


def _policy(row: RowMapping) -> Policy:
    scope = dict(part.split("=", 1) for part in row["scope"].split(",")) if row["scope"] else {}
    return Policy(**(dict(row) | {"scope": scope}))
