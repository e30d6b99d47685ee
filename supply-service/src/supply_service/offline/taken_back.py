"""SQL about reversals in offline chains, and what they withdraw of disputes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from supply_service.offline.chain import Link
from supply_service.offline.repository import link_of, stored
from supply_service.rules.floors import Disputed
from supply_service.rules.keys import BREAD
from supply_service.rules.refusals import SaleUnknown
from supply_service.sales.late import KEEP

# A decision of the same dispute waits: what is withdrawn is not decided, and the other way about.
_LOCK_DISPUTE = text("SELECT pg_advisory_xact_lock(hashtextextended('dispute:' || CAST(:dispute_id AS text), 0))")
_FIND = text(
    "SELECT o.redemption_id, o.document, d.dispute_id, d.household_id, CAST(d.lines AS text) AS lines,"
    " w.dispute_id IS NOT NULL AS withdrawn, c.upheld"
    " FROM offline_sale o LEFT JOIN dispute d ON d.terminal_id = o.terminal_id AND d.sequence = o.sequence"
    " LEFT JOIN dispute_withdrawal w USING (dispute_id) LEFT JOIN dispute_decision c USING (dispute_id)"
    " WHERE o.terminal_id = :terminal_id AND o.sale_id = :sale_id"
)
_WAITING = text(
    "SELECT o.sequence, o.sale_id, o.previous_hash, o.hash, o.document FROM offline_sale o"
    " WHERE o.terminal_id = :terminal_id AND o.status = 'waiting' AND NOT EXISTS (SELECT FROM offline_settled t"
    "  WHERE t.terminal_id = o.terminal_id AND t.sequence = o.sequence)"
    " AND EXISTS (SELECT FROM offline_sale s WHERE s.terminal_id = o.terminal_id"
    "  AND s.sale_id = CAST(CAST(convert_from(o.document, 'UTF8') AS json) ->> 'reverses' AS uuid))"
    " ORDER BY o.sequence"
)
_SETTLE = text(
    "INSERT INTO offline_settled (terminal_id, sequence, status, code, redemption_id)"
    " VALUES (:terminal_id, :sequence, :status, :code, :redemption_id) ON CONFLICT DO NOTHING"
)
_WITHDRAW = text(
    "INSERT INTO dispute_withdrawal (dispute_id, reversal_id, whole, lines, loaves, amount, withdrawn_at)"
    " VALUES (:dispute_id, :reversal_id, :whole, CAST(:lines AS json), :loaves, :amount, :withdrawn_at)"
    " ON CONFLICT (dispute_id) DO NOTHING RETURNING dispute_id"
)
_REVERSED_BY = text(
    "SELECT EXISTS (SELECT FROM reversal WHERE redemption_id = :redemption_id AND terminal_id = :terminal_id"
    " AND occurred_at = :at)"
)


class SignedLine(NamedTuple):
    """A line of a sale as it was signed."""

    programme: str
    item: str
    quantity: int


class OfSale(NamedTuple):
    """A sale of a chain: what was booked of it, and what stands in dispute. `upheld`: None while nobody has decided."""

    redemption_id: UUID | None
    lines: list[SignedLine]
    occurred_at: datetime
    dispute_id: UUID | None
    household_id: UUID | None
    disputed: list[Disputed]
    withdrawn: bool
    upheld: bool | None


async def lock_dispute(session: AsyncSession, dispute_id: UUID) -> None:
    """Let nobody else decide or withdraw a dispute, until the commit."""
    await session.execute(_LOCK_DISPUTE, {"dispute_id": str(dispute_id)})


async def find(session: AsyncSession, terminal_id: UUID, sale_id: UUID) -> OfSale | None:
    """A sale of a terminal's chains with what stands in dispute of it, which is locked; None where it has not come.

    Raises SaleUnknown for the number of something else.
    """
    found = await _read(session, terminal_id, sale_id)
    if found is None or found.dispute_id is None:
        return found
    await lock_dispute(session, found.dispute_id)
    return await _read(session, terminal_id, sale_id)


async def _read(session: AsyncSession, terminal_id: UUID, sale_id: UUID) -> OfSale | None:
    row = (await session.execute(_FIND, {"terminal_id": terminal_id, "sale_id": sale_id})).one_or_none()
    if row is None:
        return None
    signed = orjson.loads(row.document)
    if "card_id" not in signed:
        raise SaleUnknown()
    return OfSale(
        row.redemption_id,
        [SignedLine(line["programme"], line["item"], line["quantity"]) for line in signed["lines"]],
        datetime.fromisoformat(signed["occurred_at"]),
        row.dispute_id,
        row.household_id,
        [Disputed(**line) for line in orjson.loads(row.lines or "[]")],
        row.withdrawn,
        row.upheld,
    )


async def keep(
    session: AsyncSession, terminal_id: UUID, link: Link, status: str, code: str | None, at: datetime
) -> None:
    """Keep a reversal in its place of the chain that has taken back nothing that was booked."""
    values = {
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
    await session.execute(KEEP, values)


async def waiting(session: AsyncSession, terminal_id: UUID) -> list[Link]:
    """The reversals whose sales have come, in the order of the chain."""
    rows = await session.execute(_WAITING, {"terminal_id": terminal_id})
    return [link_of(row.sequence, row.sale_id, row.previous_hash, row.hash, row.document) for row in rows]


async def settle(
    session: AsyncSession, terminal_id: UUID, link: Link, status: str, code: str | None, redemption_id: UUID | None
) -> None:
    """What became of a reversal that had waited for its sale."""
    values = {"terminal_id": terminal_id, "sequence": stored(link), "status": status, "code": code}
    await session.execute(_SETTLE, values | {"redemption_id": redemption_id})


async def is_reversed_by(session: AsyncSession, redemption_id: UUID, terminal_id: UUID, at: datetime) -> bool:
    """Whether a sale was taken back by a terminal at that very moment."""
    values = {"redemption_id": redemption_id, "terminal_id": terminal_id, "at": at}
    return bool((await session.execute(_REVERSED_BY, values)).scalar())


async def withdraw(
    session: AsyncSession, dispute_id: UUID, reversal_id: UUID, left: Sequence[Disputed], at: datetime
) -> bool:
    """Keep what is left of a claim of which something was taken back; False where that is kept already."""
    values = {
        "dispute_id": dispute_id,
        "reversal_id": reversal_id,
        "whole": not left,
        "lines": orjson.dumps([line._asdict() for line in left]).decode(),
        "loaves": sum(line.quantity for line in left if line.programme == BREAD),
        "amount": sum(line.amount for line in left),
        "withdrawn_at": at,
    }
    return (await session.execute(_WITHDRAW, values)).one_or_none() is not None
