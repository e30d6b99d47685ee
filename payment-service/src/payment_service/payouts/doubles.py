"""Likely doubles: payouts of a batch that somebody may already be getting, found before anybody decides on it.

Inside a batch: the same person again. Across the authority's other batches of the month, once they are submitted: the
same person in the same programme, or with the same amount in another one. What failed or was taken out is no double.
Another authority's payouts are its own affair and are not compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.paging import Paging
from chassis.row_arrays import statement

# Of two batches that are submitted at once, one must see the other.
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('payout doubles ' || :authority, 0))")
_OTHERS = text(
    "SELECT batch_id, programme = :programme AS same FROM payout_batch WHERE authority = :authority AND month = :month"
    " AND batch_id <> :batch_id AND state IN ('submitted', 'approved', 'due', 'booking', 'completed')"
)
_FORGET = text("DELETE FROM payout_double WHERE batch_id = :batch_id")
# Batches are read by their key and hashed: fresh rows have no statistics, and no table is read whole.
_PLANNER = text(
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_nestloop', 'off', true),"
    " set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)"
)
_USUAL = text(
    "SELECT set_config('enable_seqscan', 'on', true), set_config('enable_nestloop', 'on', true),"
    " set_config('enable_mergejoin', 'on', true)"
)
_INSIDE = """
    SELECT m.number, 'twice_in_batch' AS code, CAST(:batch_id AS uuid) AS other_batch_id, d.first AS other_number
    FROM mine m JOIN (
        SELECT citizen_id, min(number) AS first FROM mine GROUP BY citizen_id HAVING count(*) > 1
    ) d USING (citizen_id) WHERE m.number <> d.first
"""
_ACROSS = """
    UNION ALL
    SELECT m.number, CASE WHEN r.same THEN 'paid_this_month' ELSE 'same_amount_elsewhere' END, p.batch_id, p.number
    FROM payout p JOIN <rows> ON r.other_id = p.batch_id
    JOIN mine m ON m.citizen_id = p.citizen_id
    WHERE p.batch_id = ANY(CAST(:other_id AS uuid[])) AND NOT p.taken_out AND p.reason IS NULL
        AND (r.same OR p.amount = m.amount)
"""
_FIND = """
    WITH mine AS MATERIALIZED (
        SELECT number, citizen_id, amount FROM payout WHERE batch_id = :batch_id AND NOT taken_out
    ), found AS ({found}), kept AS (
        INSERT INTO payout_double (batch_id, position, number, code, other_batch_id, other_number)
        SELECT :batch_id, row_number() OVER (ORDER BY number, code, other_batch_id, other_number), * FROM found
        RETURNING number
    )
    SELECT count(DISTINCT number) FROM kept
"""
_FIND_ALONE = text(_FIND.format(found=_INSIDE))
_FIND_AMONG = statement(_FIND.format(found=_INSIDE + _ACROSS), other_id="uuid", same="boolean")
_LIST = text(
    "SELECT d.position, d.number, p.item_reference, p.citizen_id, p.amount, d.code, d.other_batch_id,"
    " o.reference AS other_batch_reference, d.other_number FROM payout_double d"
    " JOIN payout p ON p.batch_id = d.batch_id AND p.number = d.number"
    " JOIN payout_batch o ON o.batch_id = d.other_batch_id"
    " WHERE d.batch_id = :batch_id AND d.position > :after ORDER BY d.position LIMIT :limit"
)


async def find(session: AsyncSession, batch: Row[Any]) -> int:
    """Note the likely doubles of a batch that is being submitted; how many of its payouts are concerned."""
    await session.execute(_TURN, {"authority": batch.owner})
    asked = {"authority": batch.owner, "month": batch.month, "programme": batch.programme, "batch_id": batch.batch_id}
    others = (await session.execute(_OTHERS, asked)).all()
    await session.execute(_FORGET, {"batch_id": batch.batch_id})
    await session.execute(_PLANNER)
    parameters: dict[str, object] = {"batch_id": batch.batch_id}
    if others:
        parameters |= {"other_id": [other.batch_id for other in others], "same": [other.same for other in others]}
    found: int = (await session.execute(_FIND_AMONG if others else _FIND_ALONE, parameters)).scalar_one()
    await session.execute(_USUAL)
    return found


async def page(session: AsyncSession, batch_id: UUID, page: Paging[int]) -> Sequence[Row[Any]]:
    """A page of the likely doubles noted of a batch."""
    return (await session.execute(_LIST, {"batch_id": batch_id} | page.bounds)).all()
