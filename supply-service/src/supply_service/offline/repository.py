"""SQL about offline chains; the sales themselves are written by the lanes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supply_service.offline.chain import Known, Link
from supply_service.sales.late import REJECT

_KNOWN = text(
    "SELECT sequence, sale_id, previous_hash, hash, status, code, redemption_id FROM offline_sale"
    " WHERE terminal_id = :terminal_id"
    " AND (sequence = ANY(CAST(:sequences AS bigint[])) OR sale_id = ANY(CAST(:sale_ids AS uuid[])))"
)
_FORK = text(
    "INSERT INTO offline_fork (terminal_id, sequence, hash, code, document)"
    " VALUES (:terminal_id, :sequence, :hash, :code, :document) ON CONFLICT DO NOTHING"
)
_GAPS = text(
    "SELECT before + 1 AS first, sequence - 1 AS last FROM ("
    " SELECT sequence, coalesce(lag(sequence) OVER (ORDER BY sequence), 0) AS before"
    " FROM offline_sale WHERE terminal_id = :terminal_id) s"
    " WHERE sequence > before + 1 ORDER BY first LIMIT 100"
)


async def known(session: AsyncSession, terminal_id: UUID, links: Sequence[Link]) -> list[Known]:
    """What the books hold of these links and of their neighbours."""
    wanted = {n for link in links for n in (link.sequence - 1, link.sequence, link.sequence + 1)}
    parameters = {
        "terminal_id": terminal_id,
        "sequences": sorted(wanted),
        "sale_ids": [link.sale_id for link in links],
    }
    rows = await session.execute(_KNOWN, parameters)
    return [
        Known(
            row.sequence,
            row.sale_id,
            bytes(row.previous_hash),
            bytes(row.hash),
            row.status,
            row.code,
            row.redemption_id,
        )
        for row in rows
    ]


async def reject(session: AsyncSession, terminal_id: UUID, rejected: Iterable[tuple[Link, str]]) -> None:
    """Keep authentic sales that were refused, with the reason, so that the chain goes on behind them."""
    rows = [
        {
            "terminal_id": terminal_id,
            "sequence": link.sequence,
            "sale_id": link.sale_id,
            "hash": link.hash,
            "previous_hash": link.previous_hash,
            "code": code,
            "document": link.document,
        }
        for link, code in rejected
    ]
    if rows:
        await session.execute(REJECT, rows)


async def keep_evidence(session: AsyncSession, terminal_id: UUID, faulty: Iterable[tuple[Link, str]]) -> None:
    """Keep signed sales that contradict the chain."""
    rows = [
        {
            "terminal_id": terminal_id,
            "sequence": link.sequence,
            "hash": link.hash,
            "code": code,
            "document": link.document,
        }
        for link, code in faulty
    ]
    if rows:
        await session.execute(_FORK, rows)


async def gaps(session: AsyncSession, terminal_id: UUID) -> list[tuple[int, int]]:
    """Numbers that are missing below the highest known one, as ranges."""
    return [(row.first, row.last) for row in await session.execute(_GAPS, {"terminal_id": terminal_id})]
