"""Sales that came by another way already: on a paper sheet what a terminal also sold, or the other way about.

A row of a sheet has no signature that would tell it from another one. The same household, outlet, day and amount once
more may be a second purchase, or the same one written down twice: it stands in dispute until somebody has looked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import business_day, month_start
from supply_service.offline.told import ToldSale
from supply_service.rules.floors import REPEATED
from supply_service.rules.sale import Place

# What was paid for each sale by whichever means, with what stands in dispute of it. What a sheet brought is under its
# outlet's own id, which is no terminal's.
_KNOWN = text(
    "SELECT c.card_id, r.business_day, r.cash + r.goods"
    " + coalesce((SELECT sum(t.amount) FROM tender t WHERE t.redemption_id = r.redemption_id), 0)"
    " + coalesce((SELECT sum(g.amount) FROM grant_move g WHERE g.household_id = r.household_id"
    "  AND g.source_id = r.redemption_id AND g.kind = 'draw'), 0)"
    " + coalesce((SELECT sum(d.amount) FROM dispute d WHERE d.household_id = r.household_id"
    "  AND d.redemption_id = r.redemption_id), 0) AS amount"
    " FROM card c JOIN redemption r ON r.household_id = c.household_id"
    " WHERE c.card_id = ANY(CAST(:card_ids AS uuid[])) AND r.outlet_id = :outlet_id"
    " AND r.business_day BETWEEN :first AND :last AND r.period BETWEEN :from_month AND :to_month"
    " AND (:paper OR r.terminal_id = r.outlet_id)"
    " AND NOT EXISTS (SELECT FROM reversal v WHERE v.redemption_id = r.redemption_id)"
    " UNION ALL"
    " SELECT c.card_id, d.business_day, d.amount FROM card c JOIN dispute d ON d.household_id = c.household_id"
    " WHERE c.card_id = ANY(CAST(:card_ids AS uuid[])) AND d.outlet_id = :outlet_id"
    " AND d.business_day BETWEEN :first AND :last AND d.redemption_id IS NULL"
    " AND (:paper OR d.terminal_id = d.outlet_id)"
    " AND NOT EXISTS (SELECT FROM dispute_withdrawal w WHERE w.dispute_id = d.dispute_id AND w.whole)"
)


class Repeats:
    """Cards, days and amounts that an outlet has sold by another way."""

    def __init__(self, known: Iterable[tuple[UUID, date, int]], *, paper: bool) -> None:
        """`paper`: those asked for stand on a sheet, where also two rows may be the same sale."""
        self._known = set(known)
        self._paper = paper

    def of(self, card_id: UUID, day: date, amount: int) -> str | None:
        """Why the next sale is in dispute, None where there is none like it."""
        sale = (card_id, day, amount)
        if sale in self._known:
            return REPEATED
        if self._paper:
            self._known.add(sale)
        return None


async def read(session: AsyncSession, place: Place, sales: Sequence[ToldSale]) -> Repeats:
    """What these may repeat: rows of a sheet any sale of their outlet, a terminal's sales those of sheets."""
    paper = place.terminal_id == place.outlet_id
    if not sales:
        return Repeats((), paper=paper)
    days = [business_day(sale.occurred_at) for sale in sales]
    asked = {
        "card_ids": list({sale.card_id for sale in sales}),
        "outlet_id": place.outlet_id,
        "first": min(days),
        "last": max(days),
        "from_month": month_start(min(days)),
        "to_month": month_start(max(days)),
        "paper": paper,
    }
    rows = await session.execute(_KNOWN, asked)
    return Repeats(((row.card_id, row.business_day, int(row.amount)) for row in rows), paper=paper)
