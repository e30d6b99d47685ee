"""Every SQL statement of lost cards' reports and bread codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.losses.models import BreadCode, Delivery, Report
from chassis.ids import new_id

_REPORT = text(
    "INSERT INTO loss_report (report_id, card_id, channel, identified_by, reported_by, reported_at)"
    " VALUES (:report_id, :card_id, :channel, :identified_by, :reported_by, :reported_at)"
)
_CODE = "SELECT code_id, card_id, mark, tries_left, issued_at, expires_at FROM bread_code"
_PUT = text(
    "INSERT INTO bread_code (code_id, card_id, locator_mark, mark, delivery, tries_left, issued_at, expires_at)"
    " VALUES (:code_id, :card_id, :locator_mark, :mark, :delivery, :tries, :issued_at, :expires_at)"
    " ON CONFLICT (locator_mark) DO NOTHING RETURNING code_id"
)
# The newest code counts: who has another one made has thrown the one before away.
_END_OTHERS = text("UPDATE bread_code SET expires_at = :now WHERE card_id = :card_id AND expires_at > :now")
_MADE_SINCE = text("SELECT count(*) FROM bread_code WHERE card_id = :card_id AND issued_at > :since")
_FIND = text(f"{_CODE} WHERE locator_mark = :locator_mark")
_LOCK = text(f"{_CODE} WHERE code_id = :code_id FOR UPDATE")
_WRONG = text("UPDATE bread_code SET tries_left = tries_left - 1 WHERE code_id = :code_id")
_FORGET = text("DELETE FROM bread_code WHERE expires_at < :before")


async def report(session: AsyncSession, given: Report) -> None:
    """Keep who reported a card lost, and how the holder was known."""
    values = {
        "report_id": new_id(),
        "card_id": given.card_id,
        "channel": given.channel,
        "identified_by": given.identified_by,
        "reported_by": given.reported_by,
        "reported_at": given.reported_at,
    }
    await session.execute(_REPORT, values)


async def put_code(session: AsyncSession, code: BreadCode, locator_mark: bytes, delivery: Delivery) -> bool:
    """Keep a code; false where another one is found by the same digits. Codes of before for the card are over."""
    await session.execute(_END_OTHERS, {"card_id": code.card_id, "now": code.issued_at})
    values = {
        "code_id": code.code_id,
        "card_id": code.card_id,
        "locator_mark": locator_mark,
        "mark": code.mark,
        "delivery": delivery,
        "tries": code.tries_left,
        "issued_at": code.issued_at,
        "expires_at": code.expires_at,
    }
    return (await session.execute(_PUT, values)).scalar_one_or_none() is not None


async def made_since(session: AsyncSession, card_id: UUID, since: datetime) -> int:
    """How many codes were made for a card since a moment."""
    return int((await session.execute(_MADE_SINCE, {"card_id": card_id, "since": since})).scalar_one())


async def find_code(session: AsyncSession, locator_mark: bytes) -> BreadCode | None:
    """The code that is found by these digits."""
    return _code((await session.execute(_FIND, {"locator_mark": locator_mark})).one_or_none())


async def lock_code(session: AsyncSession, code_id: UUID) -> BreadCode | None:
    """A code, its row locked."""
    return _code((await session.execute(_LOCK, {"code_id": code_id})).one_or_none())


async def count_wrong(session: AsyncSession, code_id: UUID) -> None:
    """Take one try away."""
    await session.execute(_WRONG, {"code_id": code_id})


async def forget(session: AsyncSession, before: datetime) -> None:
    """Forget codes that were over before a moment."""
    await session.execute(_FORGET, {"before": before})


def _code(row: Row[Any] | None) -> BreadCode | None:
    if row is None:
        return None
    return BreadCode(row.code_id, row.card_id, bytes(row.mark), row.tries_left, row.issued_at, row.expires_at)
