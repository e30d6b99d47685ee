"""SQL about draws outside the hot path: reading one back."""

from __future__ import annotations

from itertools import starmap
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supply_service.redemptions.answers import lines_from
from supply_service.redemptions.items import StoredSale
from supply_service.rules.tenders import Paid

_FIND = text(
    "SELECT r.redemption_id, r.household_id, r.card_id, r.terminal_id, r.outlet_id, r.governorate,"
    " r.business_day, r.occurred_at, r.offline, r.conflict, r.loaves, r.goods, r.cash, CAST(r.lines AS text) AS lines,"
    " v.reversal_id, v.occurred_at AS reversed_at, v.reason,"
    " (SELECT array_agg(t.payment_id ORDER BY t.payment_id) FROM tender t WHERE t.redemption_id = r.redemption_id)"
    " AS payment_ids,"
    " (SELECT array_agg(t.amount ORDER BY t.payment_id) FROM tender t WHERE t.redemption_id = r.redemption_id)"
    " AS amounts"
    " FROM redemption r LEFT JOIN reversal v ON v.redemption_id = r.redemption_id"
    " WHERE r.redemption_id = :redemption_id"
)


async def find(session: AsyncSession, redemption_id: UUID) -> StoredSale | None:
    """A draw with its reversal, or None."""
    row = (await session.execute(_FIND, {"redemption_id": redemption_id})).one_or_none()
    if row is None:
        return None
    return StoredSale(
        redemption_id=row.redemption_id,
        household_id=row.household_id,
        card_id=row.card_id,
        terminal_id=row.terminal_id,
        outlet_id=row.outlet_id,
        governorate=row.governorate,
        business_day=row.business_day,
        occurred_at=row.occurred_at,
        offline=row.offline,
        conflict=row.conflict,
        loaves=row.loaves,
        goods=row.goods,
        cash=row.cash,
        lines=lines_from(row.lines),
        reversal=(row.reversal_id, row.reversed_at, row.reason) if row.reversal_id else None,
        tenders=tuple(starmap(Paid, zip(row.payment_ids or (), row.amounts or (), strict=True))),
    )
