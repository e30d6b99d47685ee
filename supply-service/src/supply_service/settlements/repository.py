"""Every SQL statement about settlements."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.row_arrays import statement, transposed
from supply_service.rules.settlement import Component, Merchant, Part

_MERCHANT = text("SELECT kind, governorate, fuel, loaf_type FROM outlet WHERE outlet_id = :outlet_id")
_INSERT_COMPONENTS = (
    "INSERT INTO settlement_component"
    " (settlement_id, number, kind, sold_on, quantity, rate, amount, legal_reference, claimed)"
    " SELECT CAST(:settlement_id AS uuid), r.n - 1, r.kind, r.sold_on, r.quantity, r.rate, r.amount, r.legal_reference,"
    " r.claimed FROM <numbered rows>"
)
_COMPONENT = {
    "kind": "text",
    "sold_on": "date",
    "quantity": "bigint",
    "rate": "numeric",
    "amount": "bigint",
    "legal_reference": "text",
    "claimed": "boolean",
}
_WITH_SETTLEMENT = (
    "WITH settled AS ("
    "  INSERT INTO settlement (settlement_id, outlet_id, business_day, state, amount, reason, calculated_at)"
    "  VALUES (:settlement_id, :outlet_id, :business_day, :state, :total, :reason, :calculated_at)"
    ")"
)
_ADD = statement(f"{_WITH_SETTLEMENT} {_INSERT_COMPONENTS}", **_COMPONENT)
_CALCULATED = text(
    "UPDATE settlement SET state = 'calculated', amount = :amount, reason = NULL, calculated_at = :calculated_at"
    " WHERE settlement_id = :settlement_id"
)
_REASON = text("UPDATE settlement SET reason = :reason WHERE settlement_id = :settlement_id")
_ADD_COMPONENTS = statement(_INSERT_COMPONENTS, **_COMPONENT)
_WAITING = text(
    "SELECT outlet_id, business_day FROM settlement"
    " WHERE settlement_id = :settlement_id AND state = 'waiting' FOR UPDATE SKIP LOCKED"
)
_ALL_WAITING = text("SELECT settlement_id FROM settlement WHERE state = 'waiting' ORDER BY settlement_id")
_PARTS = text(
    "SELECT sold_on, loaves, goods_amount, false AS claimed, grants_amount, flour FROM outlet_day_part"
    " WHERE outlet_id = :outlet_id AND business_day = :business_day UNION ALL"
    " SELECT sold_on, CAST(sum(loaves) AS int), CAST(sum(goods_amount) AS bigint), true,"
    " CAST(sum(grants_amount) AS bigint),"
    " CAST(sum(flour) AS int) FROM outlet_claim"
    " WHERE outlet_id = :outlet_id AND counted_on = :business_day GROUP BY sold_on ORDER BY claimed, sold_on"
)
_AREA = {"governorate": "o.governorate", "district": "o.district", "outlet_id": "o.outlet_id"}
_WANTED = (
    "s.business_day = :day AND (CAST(:in_governorate AS text) IS NULL OR o.governorate = :in_governorate)"
    " AND (CAST(:outlet_id AS uuid) IS NULL OR s.outlet_id = :outlet_id)"
)
_PAGE = BoundedStatement(
    "SELECT s.settlement_id, s.outlet_id, s.business_day, s.state, s.amount, s.reason, s.calculated_at,"
    " o.name_ar AS outlet_name_ar, o.name_en AS outlet_name_en, o.governorate"
    " FROM settlement s JOIN outlet o USING (outlet_id)"
    f" WHERE s.outlet_id > :after AND {_WANTED} AND <bound>"
    " ORDER BY s.outlet_id LIMIT :limit",
    **_AREA,
)
_COMPONENTS = text(
    "SELECT settlement_id, kind, sold_on, quantity, CAST(rate AS text) AS rate, amount, legal_reference, claimed"
    " FROM settlement_component WHERE settlement_id = ANY(CAST(:settlement_ids AS uuid[]))"
    " ORDER BY settlement_id, number"
)
_ADD_LEVIES = statement(
    "INSERT INTO settlement_levy (levy_id, settlement_id, payee, sold_on, quantity, rate, amount, legal_reference)"
    " SELECT levy_id, CAST(:settlement_id AS uuid), kind, sold_on, quantity, rate, amount, legal_reference FROM <rows>",
    levy_id="uuid",
    **{name: kind for name, kind in _COMPONENT.items() if name != "claimed"},
)
_LEVIES = text(
    "SELECT settlement_id, levy_id, payee, sold_on, quantity, CAST(rate AS text) AS rate, amount, legal_reference"
    " FROM settlement_levy WHERE settlement_id = ANY(CAST(:settlement_ids AS uuid[])) ORDER BY levy_id"
)
_TOTALS = BoundedStatement(
    "SELECT count(*) FILTER (WHERE state = 'calculated') AS calculated,"
    " count(*) FILTER (WHERE state = 'waiting') AS waiting,"
    " CAST(coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS bigint) AS due,"
    " CAST(coalesce(-sum(amount) FILTER (WHERE amount < 0), 0) AS bigint) AS owed"
    f" FROM settlement s JOIN outlet o USING (outlet_id) WHERE {_WANTED} AND <bound>",
    **_AREA,
)
_RATES = BoundedStatement(
    "SELECT c.kind, CAST(c.rate AS text) AS rate, c.legal_reference, count(DISTINCT s.outlet_id) AS outlets,"
    " CAST(sum(c.quantity) AS bigint) AS quantity, CAST(sum(c.amount) AS bigint) AS amount"
    " FROM settlement s JOIN outlet o USING (outlet_id) JOIN settlement_component c USING (settlement_id)"
    f" WHERE {_WANTED} AND <bound>"
    " GROUP BY c.kind, c.rate, c.legal_reference ORDER BY 1, c.rate DESC, 3",
    **_AREA,
)


async def merchant(session: AsyncSession, outlet_id: UUID) -> Merchant:
    """What decides an outlet's rates."""
    return Merchant(*(await session.execute(_MERCHANT, {"outlet_id": outlet_id})).one())


async def add(
    session: AsyncSession,
    settlement_id: UUID,
    outlet_id: UUID,
    day: date,
    made: Sequence[Component] = (),
    **values: object,
) -> None:
    """Enter a settlement (`state`, `total`, `reason`, `calculated_at`) and what it consists of."""
    key = {"settlement_id": settlement_id, "outlet_id": outlet_id, "business_day": day}
    await session.execute(_ADD, key | transposed(made, *_COMPONENT) | values)


async def calculated(session: AsyncSession, settlement_id: UUID, amount: int, at: datetime) -> None:
    """A settlement that waited has its amount."""
    await session.execute(_CALCULATED, {"settlement_id": settlement_id, "amount": amount, "calculated_at": at})


async def still_waiting(session: AsyncSession, settlement_id: UUID, reason: str) -> None:
    """Say anew what a settlement waits for."""
    await session.execute(_REASON, {"settlement_id": settlement_id, "reason": reason})


async def add_components(session: AsyncSession, settlement_id: UUID, made: Sequence[Component]) -> None:
    """What a settlement that waited consists of."""
    await session.execute(_ADD_COMPONENTS, {"settlement_id": settlement_id} | transposed(made, *_COMPONENT))


async def add_levies(
    session: AsyncSession, settlement_id: UUID, levy_ids: Sequence[UUID], made: Sequence[Component]
) -> None:
    """What is paid beside a settlement, each under an id of its own."""
    if made:
        names = [name for name in _COMPONENT if name != "claimed"]
        key = {"settlement_id": settlement_id, "levy_id": list(levy_ids)}
        await session.execute(_ADD_LEVIES, key | transposed(made, *names))


async def waiting(session: AsyncSession) -> Sequence[UUID]:
    """The settlements without an amount."""
    return (await session.execute(_ALL_WAITING)).scalars().all()


async def lock_waiting(session: AsyncSession, settlement_id: UUID) -> RowMapping | None:
    """A settlement without an amount, locked; None where it has one or another process is at it."""
    return (await session.execute(_WAITING, {"settlement_id": settlement_id})).mappings().one_or_none()


async def parts(session: AsyncSession, outlet_id: UUID, day: date) -> list[Part]:
    """What a closed day counts, and what it was allowed of disputes."""
    rows = await session.execute(_PARTS, {"outlet_id": outlet_id, "business_day": day})
    return [Part(*row) for row in rows]


async def page(session: AsyncSession, bound: Bound, **asked: object) -> Sequence[RowMapping]:
    """Settlements of a `day` after an outlet, `in_governorate` and of one `outlet_id` where given, at most `limit`."""
    return (await session.execute(*_PAGE.within(bound, asked))).mappings().all()


async def components(session: AsyncSession, settlement_ids: Sequence[UUID]) -> dict[UUID, list[RowMapping]]:
    """What settlements consist of."""
    return await _by_settlement(session, _COMPONENTS, settlement_ids)


async def levies(session: AsyncSession, settlement_ids: Sequence[UUID]) -> dict[UUID, list[RowMapping]]:
    """What is paid beside settlements."""
    return await _by_settlement(session, _LEVIES, settlement_ids)


async def totals(session: AsyncSession, bound: Bound, **asked: object) -> tuple[RowMapping, Sequence[RowMapping]]:
    """The sums of what `page` lists, and the same by rate."""
    sums = (await session.execute(*_TOTALS.within(bound, asked))).mappings().one()
    return sums, (await session.execute(*_RATES.within(bound, asked))).mappings().all()


async def _by_settlement(
    session: AsyncSession, sql: TextClause, settlement_ids: Sequence[UUID]
) -> dict[UUID, list[RowMapping]]:
    found: dict[UUID, list[RowMapping]] = {settlement_id: [] for settlement_id in settlement_ids}
    for row in (await session.execute(sql, {"settlement_ids": list(settlement_ids)})).mappings():
        found[row["settlement_id"]].append(row)
    return found
