"""Every SQL statement about notices on receipts."""

# ruff: noqa: S608 - nothing but this module's own list of columns is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.row_arrays import columns, statement
from contracts.receipt_notices import ReceiptNoticeApproved

_COLUMNS: Final = "notice_id, governorate, district, programmes, first_day, last_day, ar, en"
_PUT = text(
    f"INSERT INTO receipt_notice ({_COLUMNS}) VALUES (:notice_id, :governorate, :district,"
    " CAST(:programmes AS text[]), :first_day, :last_day, CAST(:ar AS text[]), CAST(:en AS text[]))"
    " ON CONFLICT DO NOTHING"
)
_WITHDRAW = text(
    "UPDATE receipt_notice SET withdrawn_at = coalesce(withdrawn_at, :at)"
    " WHERE notice_id = ANY(CAST(:notices AS uuid[]))"
)
_AT = text(
    f"SELECT {_COLUMNS} FROM receipt_notice WHERE withdrawn_at IS NULL AND last_day >= :today"
    " AND (governorate IS NULL OR governorate = :governorate) AND (district IS NULL OR district = :district)"
    " ORDER BY first_day, notice_id"
)
# One process counts at a time.
_FROM = text("SELECT after FROM receipt_notice_count FOR UPDATE SKIP LOCKED")
_UNTIL = text("UPDATE receipt_notice_count SET after = :after")
_ANY = text("SELECT EXISTS (SELECT FROM receipt_notice WHERE last_day >= :since)")
_SALES = text(
    "SELECT redemption_id, household_id, governorate, outlet_id, business_day,"
    " CAST(document -> 'notices' AS text) AS notices"
    " FROM redemption WHERE redemption_id > :after AND redemption_id < :before ORDER BY redemption_id LIMIT :most"
)
# What a terminal names counts where it was to be printed: there, on that day, and while it had not been withdrawn the
# day before.
_SHOWN = statement(
    """
    WITH named AS (
        SELECT r.notice_id, r.household_id, r.governorate, min(r.business_day) AS day, count(*) AS sales
        FROM <rows> JOIN receipt_notice n USING (notice_id)
        JOIN outlet o USING (outlet_id)
        WHERE NOT o.trial AND r.business_day BETWEEN n.first_day AND n.last_day
          AND (n.governorate IS NULL OR n.governorate = r.governorate)
          AND (n.district IS NULL OR n.district = o.district)
        GROUP BY r.notice_id, r.household_id, r.governorate
    ), new AS (
        INSERT INTO receipt_notice_shown (notice_id, household_id, first_day)
        SELECT notice_id, household_id, min(day) FROM named GROUP BY notice_id, household_id
        ON CONFLICT DO NOTHING RETURNING notice_id, household_id
    ), sums AS (
        SELECT named.notice_id, named.governorate, sum(named.sales) AS sales,
               count(new.household_id) AS households
        FROM named LEFT JOIN (
            SELECT DISTINCT ON (named.notice_id, named.household_id) named.notice_id, named.household_id,
                   named.governorate
            FROM named JOIN new USING (notice_id, household_id)
            ORDER BY named.notice_id, named.household_id, named.day, named.governorate
        ) new ON new.notice_id = named.notice_id AND new.household_id = named.household_id
            AND new.governorate = named.governorate
        GROUP BY named.notice_id, named.governorate
    )
    INSERT INTO receipt_notice_figure AS f (notice_id, governorate, households, receipts)
    SELECT notice_id, governorate, households, sales FROM sums ORDER BY notice_id, governorate
    ON CONFLICT (notice_id, governorate) DO UPDATE
        SET households = f.households + excluded.households, receipts = f.receipts + excluded.receipts
    """,
    notice_id="uuid",
    household_id="uuid",
    governorate="text",
    outlet_id="uuid",
    business_day="date",
)
_FORGET = text(
    "DELETE FROM receipt_notice_shown s USING ("
    "SELECT s.notice_id, s.household_id FROM receipt_notice_shown s JOIN receipt_notice n USING (notice_id)"
    " WHERE n.last_day < :before LIMIT :most) old"
    " WHERE s.notice_id = old.notice_id AND s.household_id = old.household_id"
)
_FIGURES = BoundedStatement(
    "SELECT f.notice_id, n.governorate AS of_governorate, n.district, n.first_day, n.last_day, n.programmes,"
    " f.governorate, f.households, f.receipts FROM receipt_notice_figure f JOIN receipt_notice n USING (notice_id)"
    " WHERE <bound> AND (CAST(:notice_id AS uuid) IS NULL OR f.notice_id = :notice_id)"
    " AND n.last_day >= :since ORDER BY n.first_day, f.notice_id, f.governorate",
    governorate="f.governorate",
)


class Named(NamedTuple):
    """That a sale's receipt was printed with a notice."""

    notice_id: UUID
    household_id: UUID
    governorate: str
    outlet_id: UUID
    business_day: date


class Read(NamedTuple):
    """Sales that were looked at: the last one, how many, and the notices they name."""

    last: UUID | None
    sales: int
    named: list[Named]


async def put(session: AsyncSession, notices: Sequence[ReceiptNoticeApproved]) -> None:
    """Know notices."""
    await session.execute(_PUT, [one.model_dump() for one in notices])


async def withdraw(session: AsyncSession, notices: Sequence[UUID], at: datetime) -> None:
    """Have notices printed no more."""
    await session.execute(_WITHDRAW, {"notices": list(notices), "at": at})


async def at(session: AsyncSession, governorate: str, district: str | None, today: date) -> Sequence[RowMapping]:
    """The notices of a place from a day on, by their first days."""
    asked = {"governorate": governorate, "district": district, "today": today}
    return (await session.execute(_AT, asked)).mappings().all()


async def begin(session: AsyncSession) -> UUID | None:
    """The last sale that was looked at, locked; None where another process counts."""
    return (await session.execute(_FROM)).scalar_one_or_none()


async def until(session: AsyncSession, after: UUID) -> None:
    """Note how far sales were looked at."""
    await session.execute(_UNTIL, {"after": after})


async def any_since(session: AsyncSession, since: date) -> bool:
    """Whether there is a notice that sales of since then may name."""
    return bool((await session.execute(_ANY, {"since": since})).scalar_one())


async def sales(session: AsyncSession, after: UUID, before: UUID, most: int) -> Read:
    """The next sales behind one and before another, in their order."""
    rows = (await session.execute(_SALES, {"after": after, "before": before, "most": most})).all()
    named = [
        Named(UUID(notice), row.household_id, row.governorate, row.outlet_id, row.business_day)
        for row in rows
        if row.notices is not None
        for notice in orjson.loads(row.notices)
    ]
    return Read(rows[-1].redemption_id if rows else None, len(rows), named)


async def count(session: AsyncSession, named: Sequence[Named]) -> None:
    """Count receipts, and each household once a notice."""
    await session.execute(_SHOWN, columns(named, *Named._fields))


async def forget(session: AsyncSession, before: date, most: int) -> None:
    """Forget which households were shown notices that are over; how many they were stays."""
    await session.execute(_FORGET, {"before": before, "most": most})


async def figures(session: AsyncSession, bound: Bound, notice_id: UUID | None, since: date) -> Sequence[RowMapping]:
    """Households and receipts by notice and governorate, of those that the caller may see."""
    asked = {"notice_id": notice_id, "since": since}
    return (await session.execute(*_FIGURES.within(bound, asked))).mappings().all()
