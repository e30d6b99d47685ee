"""The outlets of a household's district, for a citizen who asks for the nearest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from contracts.notify import InquiryReceived
from contracts.outlets import NearOutlet, OutletsStated

NEAREST: Final = "nearest"
AT_MOST: Final = 5  # bakeries, and as many others: what an event carries, not what a citizen is told
# Flour depots sell nothing to households; outlets of trials nothing to others.
_NEAR = text(
    """
    SELECT n.kind, n.name_ar, n.name_en FROM household h CROSS JOIN LATERAL (
        SELECT o.kind, o.name_ar, o.name_en, row_number() OVER (
            PARTITION BY o.kind = 'bakery' ORDER BY t.terminals DESC, o.registered_at, o.outlet_id) AS place
        FROM outlet o CROSS JOIN LATERAL (
            SELECT count(*) AS terminals FROM terminal WHERE outlet_id = o.outlet_id AND status = 'active') t
        WHERE o.governorate = h.governorate AND o.district = h.district AND o.suspended_at IS NULL
          AND o.kind <> 'depot' AND NOT o.trial AND t.terminals > 0
    ) n WHERE h.household_id = :household_id AND n.place <= :most ORDER BY n.kind = 'bakery' DESC, n.place
    """
)


async def state(session: AsyncSession, asked: Sequence[InquiryReceived]) -> None:
    """Answer citizens' inquiries with events; notify-service puts them into words."""
    for inquiry in asked:
        rows = await session.execute(_NEAR, {"household_id": inquiry.household_id, "most": AT_MOST})
        stated = OutletsStated(
            inquiry_id=inquiry.inquiry_id,
            citizen_id=inquiry.citizen_id,
            household_id=inquiry.household_id,
            outlets=[NearOutlet(**row) for row in rows.mappings()],
        )
        await outbox.add(session, stated)
