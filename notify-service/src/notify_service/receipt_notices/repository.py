"""Every SQL statement about notices on receipts."""

# ruff: noqa: S608 - nothing but this module's own list of columns is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging
from notify_service.receipt_notices.models import Notice

_COLUMNS: Final = (
    "notice_id, governorate, district, programmes, first_day, last_day, ar, en, entered_by, approved_by, approved_at,"
    " withdrawn_by, withdrawn_at"
)
_READ: Final = TypeAdapter(Notice)
# Two approvals at once must not both find room.
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('unicard.receipt_notices.' || current_schema(), 0))")
_BESIDE = text(
    "SELECT count(*) FROM receipt_notice WHERE withdrawn_at IS NULL"
    " AND first_day <= :last_day AND last_day >= :first_day AND programmes && CAST(:programmes AS text[])"
    " AND (governorate IS NULL OR CAST(:governorate AS text) IS NULL OR governorate = :governorate)"
    " AND (district IS NULL OR CAST(:district AS text) IS NULL OR district = :district)"
)
_ADD = text(
    "INSERT INTO receipt_notice (notice_id, governorate, district, programmes, first_day, last_day, ar, en, entered_by,"
    " approved_by, approved_at) VALUES (:notice_id, :governorate, :district, CAST(:programmes AS text[]), :first_day,"
    " :last_day, CAST(:ar AS text[]), CAST(:en AS text[]), :entered_by, :approved_by, :approved_at)"
)
_LOCK = text(f"SELECT {_COLUMNS} FROM receipt_notice WHERE notice_id = :notice_id FOR UPDATE")
_WITHDRAW = text(
    "UPDATE receipt_notice SET withdrawn_by = :by, withdrawn_at = :at WHERE notice_id = :notice_id"
    f" RETURNING {_COLUMNS}"
)
_PAGE = BoundedStatement(
    f"SELECT {_COLUMNS} FROM receipt_notice WHERE (<bound> OR governorate IS NULL) AND notice_id > :after"
    " ORDER BY notice_id LIMIT :limit",
    governorate="governorate",
)


async def beside(session: AsyncSession, given: Mapping[str, object]) -> int:
    """How many notices share a programme, a place and a day with one; until the commit nobody else is told."""
    await session.execute(_TURN)
    return int((await session.execute(_BESIDE, given)).scalar_one())


async def add(session: AsyncSession, notice: Notice) -> None:
    """Keep an approved notice."""
    await session.execute(_ADD, vars(notice))


async def lock(session: AsyncSession, notice_id: UUID) -> Notice | None:
    """A notice whose row is locked, or None."""
    row = (await session.execute(_LOCK, {"notice_id": notice_id})).mappings().one_or_none()
    return _notice(row) if row is not None else None


async def withdraw(session: AsyncSession, notice_id: UUID, by: str, at: datetime) -> Notice:
    """Let a notice be printed no more."""
    return _notice((await session.execute(_WITHDRAW, {"notice_id": notice_id, "by": by, "at": at})).mappings().one())


async def page(session: AsyncSession, bound: Bound, page: Paging[UUID]) -> Sequence[Notice]:
    """The notices of the caller's governorate, and the nation's."""
    return [_notice(row) for row in (await session.execute(*_PAGE.within(bound, page.bounds))).mappings()]


def _notice(row: RowMapping) -> Notice:
    return _READ.validate_python(dict(row))
