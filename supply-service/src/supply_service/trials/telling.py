"""The job that tells of sales at trial outlets: few, a minute late at most, each once, out of the way of sales."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.clock import month_start
from chassis.isolation import Batches, not_aside
from chassis.periodic import Periodic
from chassis.row_arrays import statement
from contracts.trials import TrialSaleSeen
from supply_service.context import Runtime
from supply_service.rules.account import month_before

WORKER: Final = "trial_sales"
CHUNK: Final = 200
_NOT_TOLD: Final = "NOT EXISTS (SELECT FROM trial_sale_told t WHERE t.source_id = {})"
_NEXT = text(
    "SELECT * FROM (SELECT r.redemption_id AS source_id, r.household_id, r.card_id, r.outlet_id,"
    " CASE WHEN r.offline THEN 'offline_draw' WHEN r.loaves > 0 THEN 'draw_bread' ELSE 'draw_goods' END AS step,"
    " r.occurred_at FROM outlet o JOIN redemption r USING (outlet_id)"
    f" WHERE o.trial AND r.business_day >= :since AND {_NOT_TOLD.format('r.redemption_id')}"
    " UNION ALL SELECT v.reversal_id, v.household_id, v.card_id, v.outlet_id, 'reversal', v.occurred_at"
    " FROM outlet o JOIN reversal v USING (outlet_id)"
    f" WHERE o.trial AND v.business_day >= :since AND {_NOT_TOLD.format('v.reversal_id')}) s"
    f" WHERE {not_aside(WORKER, 's.source_id')} ORDER BY s.occurred_at, s.source_id LIMIT :limit"
)
_TELL = statement(
    "INSERT INTO trial_sale_told (source_id, told_at) SELECT r.source_id, :at FROM <rows>"
    " ON CONFLICT (source_id) DO NOTHING RETURNING source_id",
    source_id="uuid",
)


class Seen(NamedTuple):
    """A sale at a trial outlet, or that one was taken back."""

    source_id: UUID
    household_id: UUID
    card_id: UUID
    outlet_id: UUID
    step: str
    occurred_at: datetime


def _since(today: date) -> date:
    return month_before(month_start(today))


async def _next(session: AsyncSession, runtime: Runtime, limit: int) -> Sequence[Seen]:
    values = {"since": _since(runtime.clock.today()), "limit": limit}
    return [Seen(*row) for row in await session.execute(_NEXT, values)]


async def _tell(session: AsyncSession, runtime: Runtime, seen: Sequence[Seen]) -> None:
    """Tell of those that no other process has told meanwhile."""
    values = {"source_id": [one.source_id for one in seen], "at": runtime.clock.now()}
    new = set((await session.execute(_TELL, values)).scalars())
    await outbox.add(session, *(TrialSaleSeen(**one._asdict()) for one in seen if one.source_id in new))


SALES = Batches(WORKER, _next, _tell, lambda one: one.source_id, lambda _: CHUNK)
JOBS: Final = (Periodic(SALES.worker, SALES.run, lambda runtime: runtime.state.settings.trial_poll_seconds),)
