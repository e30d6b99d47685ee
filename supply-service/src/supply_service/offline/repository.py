"""SQL about offline chains; the sales themselves are written by the lanes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supply_service.offline.chain import Known, Link, SigningKey
from supply_service.rules.floors import Spell
from supply_service.sales.claims import Claim
from supply_service.sales.late import CLAIM, KEEP, SPELLS

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
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('offline_sale:' || CAST(:terminal_id AS text), 0))")
_KNOWN = text(
    "SELECT o.sequence, o.sale_id, previous_hash, hash, coalesce(t.status, o.status) AS status,"
    " CASE WHEN t.status IS NULL THEN o.code ELSE t.code END AS code,"
    " coalesce(t.redemption_id, o.redemption_id) AS redemption_id, d.dispute_id FROM offline_sale o"
    " LEFT JOIN dispute d ON d.terminal_id = o.terminal_id AND d.sequence = o.sequence"
    " LEFT JOIN offline_settled t ON t.terminal_id = o.terminal_id AND t.sequence = o.sequence"
    " WHERE o.terminal_id = :terminal_id"
    " AND (o.sequence = ANY(CAST(:sequences AS bigint[])) OR o.sale_id = ANY(CAST(:sale_ids AS uuid[])))"
)
_FORK = text(
    "INSERT INTO offline_fork (terminal_id, sequence, hash, code, document)"
    " VALUES (:terminal_id, :sequence, :hash, :code, :document) ON CONFLICT DO NOTHING"
)
_GAPS = text(
    "SELECT CAST(key AS int) AS key, before + 1 - (key << 53) AS first, sequence - 1 - (key << 53) AS last FROM ("
    "  SELECT sequence, key, coalesce(lag(sequence) OVER (PARTITION BY key ORDER BY sequence), key << 53) AS before"
    "  FROM (SELECT sequence, (sequence - 1) >> 53 AS key FROM offline_sale WHERE terminal_id = :terminal_id) o"
    " ) s WHERE sequence > before + 1 ORDER BY key DESC, first LIMIT 100"
)


async def lock(session: AsyncSession, terminal_id: UUID) -> None:
    """Let nobody else take in what this terminal sold, until the commit."""
    await session.execute(_LOCK, {"terminal_id": str(terminal_id)})


async def spells(
    session: AsyncSession, terminal_id: UUID, spans: Sequence[tuple[datetime, datetime]]
) -> dict[tuple[datetime, datetime], Spell]:
    """What the terminal has sold, as far as it is booked, from an instant until another."""
    parameters = {
        "terminal_id": terminal_id,
        "began": [began for began, _ in spans],
        "ended": [ended for _, ended in spans],
    }
    rows = await session.execute(SPELLS, parameters)
    counted = {(row.began, row.ended): Spell(row.sales, row.amount) for row in rows}
    return {span: counted[span] for span in spans}


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


def link_of(sequence: int, sale_id: UUID, previous_hash: bytes, digest: bytes, document: bytes) -> Link:
    """A link of its columns in the books."""
    key, number = divmod(sequence - 1, _CHAIN)
    return Link(number + 1, sale_id, bytes(previous_hash), bytes(digest), bytes(document), key)


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
            row.dispute_id,
        )
        for row in rows
    ]


async def keep(session: AsyncSession, terminal_id: UUID, kept: Iterable[tuple[Link, str, str, datetime]]) -> None:
    """Keep authentic sales of which nothing is booked, with status and reason: the chain goes on behind them."""
    rows = [
        {
            "terminal_id": terminal_id,
            "sequence": stored(link),
            "sale_id": link.sale_id,
            "hash": link.hash,
            "previous_hash": link.previous_hash,
            "status": status,
            "code": code,
            "document": link.document,
            "occurred_at": at,
        }
        for link, status, code, at in kept
    ]
    if rows:
        await session.execute(KEEP, rows)


async def claim(session: AsyncSession, claims: Iterable[Claim]) -> None:
    """Enter the claims to sales of which nothing is booked."""
    rows = [one._asdict() for one in claims]
    if rows:
        await session.execute(CLAIM, rows)


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


async def gaps(session: AsyncSession, terminal_id: UUID) -> list[tuple[int, int, int]]:
    """Numbers that are missing in the terminal's chains below the highest known one: key, first and last of each."""
    rows = await session.execute(_GAPS, {"terminal_id": terminal_id})
    return [(row.key, row.first, row.last) for row in rows]
