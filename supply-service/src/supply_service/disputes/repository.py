"""Every SQL statement about disputes; claims themselves are entered with their sales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from supply_service.places.listed import LISTED
from supply_service.places.listed import asked as meant

_COLUMNS = (
    "d.dispute_id, d.household_id, d.outlet_id, d.terminal_id, d.sale_id, d.redemption_id, d.card_id, d.reason,"
    " CAST(CASE WHEN w.whole IS FALSE THEN w.lines ELSE d.lines END AS text) AS lines,"
    " CASE WHEN w.whole IS FALSE THEN w.loaves ELSE d.loaves END AS loaves,"
    " CASE WHEN w.whole IS FALSE THEN w.amount ELSE d.amount END AS amount,"
    " d.business_day, d.occurred_at, d.found_at, w.withdrawn_at, c.decided_at, c.reason AS decision_reason,"
    " CASE WHEN w.whole THEN 'withdrawn' WHEN c.upheld IS NULL THEN 'open' WHEN c.upheld THEN 'upheld'"
    " ELSE 'refused' END AS state"
)
_FROM = (
    " FROM dispute d JOIN outlet o ON o.outlet_id = d.outlet_id LEFT JOIN dispute_decision c USING (dispute_id)"
    " LEFT JOIN dispute_withdrawal w USING (dispute_id)"
)
_AREA = {"governorate": "d.governorate", "district": "o.district", "outlet_id": "d.outlet_id"}
_PAGE = BoundedStatement(
    f"SELECT {_COLUMNS}{_FROM} WHERE d.dispute_id > :after"
    " AND (CAST(:outlet_id AS uuid) IS NULL OR d.outlet_id = :outlet_id)"
    " AND (CAST(:withdrawn AS boolean) IS NULL OR (w.whole IS TRUE) = :withdrawn)"
    " AND (CAST(:open AS boolean) IS NULL OR (c.dispute_id IS NULL) = :open)"
    " AND (CAST(:upheld AS boolean) IS NULL OR c.upheld = :upheld) AND <bound>"
    " AND (CAST(:governorate AS text) IS NULL OR d.governorate = :governorate)"
    " AND (CAST(:found_before AS timestamptz) IS NULL OR d.found_at < :found_before)"
    f" AND {LISTED}"
    " ORDER BY d.dispute_id LIMIT :limit",
    **_AREA,
)
_FIND = text(f"SELECT {_COLUMNS}, d.sequence, d.governorate, o.district{_FROM} WHERE d.dispute_id = :dispute_id")
_EVIDENCE = text(
    "SELECT convert_from(s.document, 'UTF8') AS document, encode(s.hash, 'hex') AS hash, s.received_at, k.public_key,"
    " h.debt_bread AS owed_loaves, (SELECT convert_from(v.document, 'UTF8') FROM offline_sale v"
    "  WHERE v.terminal_id = d.terminal_id AND v.sale_id = w.reversal_id) AS reversal"
    " FROM dispute d JOIN offline_sale s ON s.terminal_id = d.terminal_id AND s.sequence = d.sequence"
    " LEFT JOIN terminal_key k ON k.terminal_id = d.terminal_id AND k.number = (d.sequence - 1) >> 53"
    " LEFT JOIN dispute_withdrawal w USING (dispute_id)"
    " LEFT JOIN household h ON h.household_id = d.household_id WHERE d.dispute_id = :dispute_id"
)
_AROUND = text(
    "SELECT r.redemption_id, r.outlet_id, r.business_day, r.occurred_at, r.offline, r.loaves, r.goods AS goods_amount,"
    " EXISTS (SELECT FROM reversal v WHERE v.redemption_id = r.redemption_id) AS reversed"
    " FROM card c JOIN redemption r ON r.card_id = c.card_id"
    " WHERE c.household_id = :household_id AND r.period = date_trunc('month', CAST(:day AS date))::date"
    " AND r.business_day BETWEEN :first AND :last ORDER BY r.occurred_at LIMIT 200"
)
_REVERSED = text("SELECT EXISTS (SELECT FROM reversal WHERE redemption_id = :redemption_id)")
_DECIDE = text(
    "INSERT INTO dispute_decision (dispute_id, upheld, reason, proposed_by, decided_by, decided_at)"
    " VALUES (:dispute_id, :upheld, :reason, :proposed_by, :decided_by, :decided_at)"
    " ON CONFLICT (dispute_id) DO NOTHING RETURNING dispute_id"
)


class Listed(NamedTuple):
    """Which disputes a list is about, None where all are meant."""

    state: str | None
    outlet_id: UUID | None
    governorate: str | None
    found_before: datetime | None


async def page(
    session: AsyncSession, bound: Bound, listed: Listed, bounds: Mapping[str, object]
) -> Sequence[RowMapping]:
    """The next disputes that a caller may see."""
    state, outlet_id = listed.state, listed.outlet_id
    asked = {
        "outlet_id": outlet_id,
        "governorate": listed.governorate,
        "found_before": listed.found_before,
        "withdrawn": None if state is None else state == "withdrawn",
        "open": None if state in {None, "withdrawn"} else state == "open",
        "upheld": None if state in {None, "open", "withdrawn"} else state == "upheld",
        **meant(bound, outlet_id),
        **bounds,
    }
    return (await session.execute(*_PAGE.within(bound, asked))).mappings().all()


async def find(session: AsyncSession, dispute_id: UUID) -> RowMapping | None:
    """A dispute, or None."""
    return (await session.execute(_FIND, {"dispute_id": dispute_id})).mappings().one_or_none()


async def evidence(session: AsyncSession, dispute_id: UUID) -> RowMapping:
    """The sale as it was signed, and what the household owes."""
    return (await session.execute(_EVIDENCE, {"dispute_id": dispute_id})).mappings().one()


async def around(session: AsyncSession, household_id: UUID, day: date) -> Sequence[RowMapping]:
    """What else a household had in the days around one, of its month."""
    asked = {
        "household_id": household_id,
        "day": day,
        "first": day - timedelta(days=7),
        "last": day + timedelta(days=7),
    }
    return (await session.execute(_AROUND, asked)).mappings().all()


async def is_reversed(session: AsyncSession, redemption_id: UUID) -> bool:
    """Whether the part of a sale that was booked was taken back."""
    return bool((await session.execute(_REVERSED, {"redemption_id": redemption_id})).scalar())


async def decide(session: AsyncSession, **decision: object) -> bool:
    """Enter what was decided; False where it was decided before."""
    return (await session.execute(_DECIDE, decision)).one_or_none() is not None
