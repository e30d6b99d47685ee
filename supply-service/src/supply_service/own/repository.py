"""SQL of what citizens see for themselves."""

# ruff: noqa: S608 - nothing but lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from supply_service.sales.record import SALE_COLUMNS

_SALES = text(
    f"""
    SELECT s.*, o.name_ar, o.name_en, v.occurred_at AS reversed_at,
        coalesce((SELECT sum(t.amount) FROM tender t WHERE t.redemption_id = s.redemption_id), 0) AS wallet
    FROM (
        SELECT {SALE_COLUMNS} FROM redemption
        WHERE card_id = ANY(ARRAY(SELECT card_id FROM card WHERE citizen_id = :citizen_id))
            AND period >= :first AND business_day >= :first AND redemption_id < :after
        ORDER BY redemption_id DESC LIMIT :limit
    ) s
    JOIN outlet o USING (outlet_id) LEFT JOIN reversal v USING (redemption_id)
    ORDER BY s.redemption_id DESC
    """
)
# Flour depots sell nothing to households; outlets of trials nothing to others.
_OUTLETS = text(
    """
    SELECT o.outlet_id, o.kind, o.name_ar, o.name_en, o.district,
        o.suspended_at IS NULL
            AND EXISTS (SELECT FROM terminal t WHERE t.outlet_id = o.outlet_id AND t.status = 'active') AS open
    FROM household h JOIN outlet o ON o.governorate = h.governorate AND o.district = h.district
    WHERE h.household_id = (SELECT household_id FROM card WHERE card_id = :card_id)
      AND o.kind <> 'depot' AND NOT o.trial AND EXISTS (SELECT FROM terminal t WHERE t.outlet_id = o.outlet_id)
      AND o.outlet_id > :after
    ORDER BY o.outlet_id LIMIT :limit
    """
)


async def sales(
    session: AsyncSession, citizen_id: UUID, first: date, bounds: Mapping[str, object]
) -> Sequence[RowMapping]:
    """The next sales to a citizen's cards from the first of a month on, the newest first."""
    return (await session.execute(_SALES, {"citizen_id": citizen_id, "first": first, **bounds})).mappings().all()


async def outlets(session: AsyncSession, card_id: UUID, bounds: Mapping[str, object]) -> Sequence[RowMapping]:
    """The next outlets of the district where a card's household lives."""
    return (await session.execute(_OUTLETS, {"card_id": card_id, **bounds})).mappings().all()
