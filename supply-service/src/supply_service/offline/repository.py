"""SQL about offline chains; the sales themselves are written by the lanes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supply_service.offline.chain import Known, Link, SigningKey
from supply_service.sales.late import REJECT

# The books keep a chain's numbers above those of the key before: a terminal's first key begins at 1, its second here.
_CHAIN = 2**53
_KEYS = text(
    "SELECT number, public_key, ended_at FROM terminal_key WHERE terminal_id = :terminal_id ORDER BY number DESC"
)
_END_KEY = text(
    "UPDATE terminal_key SET ended_at = :at WHERE terminal_id = :terminal_id AND ended_at IS NULL"
    " AND public_key <> :public_key"
)
_ADD_KEY = text(
    "INSERT INTO terminal_key (terminal_id, number, public_key, began_at)"
    " SELECT :terminal_id, coalesce(max(number) + 1, 0), :public_key, :at FROM terminal_key"
    " WHERE terminal_id = :terminal_id HAVING NOT bool_or(public_key = :public_key) IS TRUE"
)
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
    "SELECT before + 1 - :base AS first, sequence - 1 - :base AS last FROM ("
    " SELECT sequence, coalesce(lag(sequence) OVER (ORDER BY sequence), :base) AS before"
    " FROM offline_sale WHERE terminal_id = :terminal_id AND sequence > :base) s"
    " WHERE sequence > before + 1 ORDER BY first LIMIT 100"
)


async def keys(session: AsyncSession, terminal_id: UUID) -> list[SigningKey]:
    """A terminal's keys, the one in use first."""
    rows = await session.execute(_KEYS, {"terminal_id": terminal_id})
    return [SigningKey(row.number, row.public_key, row.ended_at) for row in rows]


async def add_key(session: AsyncSession, terminal_id: UUID, public_key: str, at: datetime) -> None:
    """Let a key take the place of the one in use, from a moment on; the same again changes nothing."""
    values = {"terminal_id": terminal_id, "public_key": public_key, "at": at}
    await session.execute(_END_KEY, values)
    await session.execute(_ADD_KEY, values)


def stored(link: Link, step: int = 0) -> int:
    """The number of a link in the books, or of its neighbour."""
    return link.key * _CHAIN + link.sequence + step


async def known(session: AsyncSession, terminal_id: UUID, links: Sequence[Link]) -> list[Known]:
    """What the books hold of these links and of their neighbours."""
    wanted = {stored(link, step) for link in links for step in (-1, 0, 1)}
    parameters = {
        "terminal_id": terminal_id,
        "sequences": sorted(wanted),
        "sale_ids": [link.sale_id for link in links],
    }
    rows = await session.execute(_KNOWN, parameters)
    return [
        Known(
            (row.sequence - 1) % _CHAIN + 1,
            row.sale_id,
            bytes(row.previous_hash),
            bytes(row.hash),
            row.status,
            row.code,
            row.redemption_id,
            (row.sequence - 1) // _CHAIN,
        )
        for row in rows
    ]


async def reject(session: AsyncSession, terminal_id: UUID, rejected: Iterable[tuple[Link, str]]) -> None:
    """Keep authentic sales that were refused, with the reason, so that the chain goes on behind them."""
    rows = [
        {
            "terminal_id": terminal_id,
            "sequence": stored(link),
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
            "sequence": stored(link),
            "hash": link.hash,
            "code": code,
            "document": link.document,
        }
        for link, code in faulty
    ]
    if rows:
        await session.execute(_FORK, rows)


async def gaps(session: AsyncSession, terminal_id: UUID, key: int) -> list[tuple[int, int]]:
    """Numbers that are missing in the chain of the key in use, below the highest known one, as ranges."""
    parameters = {"terminal_id": terminal_id, "base": key * _CHAIN}
    return [(row.first, row.last) for row in await session.execute(_GAPS, parameters)]
