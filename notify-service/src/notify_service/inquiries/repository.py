"""Every SQL statement about messages from citizens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from notify_service.arrays import statement

_TAKE = statement(
    """
    INSERT INTO inbound_message (provider_id, number_hash, topic, outcome, received_at)
    SELECT r.provider_id, r.number_hash, r.topic, r.outcome, CAST(:now AS timestamptz) FROM <rows>
    ON CONFLICT (provider_id) DO NOTHING
    """,
    provider_id="text",
    number_hash="bytea",
    topic="text",
    outcome="text",
)
_KNOWN = text("SELECT provider_id FROM inbound_message WHERE provider_id = ANY(CAST(:ids AS text[]))")
_REPLIES = text(
    "SELECT number_hash, count(*) AS n FROM inbound_message"
    " WHERE number_hash = ANY(CAST(:hashes AS bytea[])) AND received_at >= CAST(:since AS timestamptz)"
    " AND outcome <> 'ignored' GROUP BY number_hash"
)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('notify.inbound'))")
_FORGET = text("DELETE FROM inbound_message WHERE received_at < CAST(:before AS timestamptz)")


@dataclass
class InboundColumns:
    """Messages from citizens as parallel arrays; their words are not kept."""

    provider_id: list[str] = field(default_factory=list)
    number_hash: list[bytes | None] = field(default_factory=list)
    topic: list[str] = field(default_factory=list)
    outcome: list[str] = field(default_factory=list)


async def take_turn(session: AsyncSession) -> None:
    """Let one transaction at a time decide on inbound messages: two copies of one must not both be new."""
    await session.execute(_LOCK)


async def known(session: AsyncSession, provider_ids: Sequence[str]) -> set[str]:
    """Which of the messages were taken before."""
    return set((await session.execute(_KNOWN, {"ids": list(provider_ids)})).scalars())


async def replies_since(session: AsyncSession, hashes: Sequence[bytes], since: datetime) -> dict[bytes, int]:
    """How many messages of each number were not ignored since an instant."""
    rows = await session.execute(_REPLIES, {"hashes": list(hashes), "since": since})
    return {bytes(row.number_hash): row.n for row in rows}


async def take(session: AsyncSession, inbound: InboundColumns, now: datetime) -> None:
    """Write down that the messages came, and what was done about them."""
    await session.execute(_TAKE, {**vars(inbound), "now": now})


async def forget(session: AsyncSession, before: datetime) -> None:
    """Delete what came before an instant."""
    await session.execute(_FORGET, {"before": before})
