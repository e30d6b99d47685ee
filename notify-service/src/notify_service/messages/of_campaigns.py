"""Messages of campaigns: queued many at once, held back until the campaign lets them go, taken back, cancelled.

One that is held back is queued and not `ready`: the sender does not look at it.
"""

# ruff: noqa: S608 - nothing but words of this service's modules is put into a statement

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from notify_service.messages.repository import post_in_turn
from notify_service.templates.texts import CAMPAIGN


def queueing(people: str) -> TextClause:
    """The statement that queues to many; for `queue`.

    `people`: WITH-clauses that end in `last (citizen_id)`, the last citizen that was looked at, and
    `reached (citizen_id, household_id)`.
    """
    return text(
        f"""
        WITH {people}, queued AS (
            INSERT INTO message (id, event_id, template, priority, citizen_id, household_id, campaign_id, ready,
                                 created_at, expires_at)
            SELECT uuidv7(), md5(CAST(:campaign_id AS uuid)::text || citizen_id::text)::uuid, '{CAMPAIGN}', :priority,
                   citizen_id, household_id, CAST(:campaign_id AS uuid), false, clock_timestamp(),
                   clock_timestamp() + make_interval(secs => CAST(:valid_seconds AS float8))
            FROM reached ORDER BY citizen_id
            ON CONFLICT DO NOTHING RETURNING id
        )
        SELECT (SELECT citizen_id FROM last) AS after, (SELECT count(*) FROM queued) AS queued
        """
    )


async def queue(session: AsyncSession, statement: TextClause, asked: Mapping[str, object]) -> UUID | None:
    """Queue to the next citizens, each once a campaign; the last that was looked at, None where there was none left."""
    await post_in_turn(session)
    row = (await session.execute(statement, dict(asked))).one()
    after: UUID | None = row.after
    return after


# A message that is let go is worth sending as long as its class says, and no longer than the campaign.
_RELEASE: Final = text(
    """
    WITH next AS (
        SELECT id FROM message WHERE campaign_id = :campaign_id AND status = 'queued' AND NOT ready
        ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED
    )
    UPDATE message m SET ready = true,
        expires_at = least(m.expires_at, clock_timestamp() + make_interval(secs => CAST(:valid_seconds AS float8)))
    FROM next WHERE m.id = next.id RETURNING m.id
    """
)
_HOLD_BACK: Final = text(
    "UPDATE message SET ready = false,"
    " expires_at = clock_timestamp() + make_interval(secs => CAST(:valid_seconds AS float8))"
    " WHERE campaign_id = :campaign_id AND status = 'queued' AND ready RETURNING id"
)
_CANCEL: Final = text(
    """
    WITH next AS (
        SELECT id FROM message WHERE campaign_id = :campaign_id AND status = 'queued'
        ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED
    )
    UPDATE message m SET status = 'cancelled', reason = 'campaign_cancelled', ended_at = clock_timestamp()
    FROM next WHERE m.id = next.id RETURNING m.id
    """
)
_LET_GO: Final = text(
    "SELECT count(*) FROM message WHERE campaign_id = :campaign_id"
    " AND (status = 'sending' OR (status = 'queued' AND ready))"
)
_ANY_LEFT: Final = text(
    "SELECT EXISTS (SELECT FROM message WHERE campaign_id = :campaign_id AND status IN ('queued', 'sending'))"
)
_BY_STATUS: Final = text(
    "SELECT status, count(*) AS messages, coalesce(sum(parts), 0) AS parts FROM message"
    " WHERE campaign_id = :campaign_id GROUP BY status"
)


class Sum(NamedTuple):
    """How many messages are in a state, and the parts they took."""

    messages: int
    parts: int


async def release(session: AsyncSession, campaign_id: UUID, most: int, valid_seconds: float) -> int:
    """Let the next messages go, up to `most`; how many."""
    asked = {"campaign_id": campaign_id, "most": most, "valid_seconds": valid_seconds}
    return len((await session.execute(_RELEASE, asked)).all())


async def hold_back(session: AsyncSession, campaign_id: UUID, valid_seconds: float) -> int:
    """Take back what was let go and has not been taken by the sender; how many."""
    asked = {"campaign_id": campaign_id, "valid_seconds": valid_seconds}
    return len((await session.execute(_HOLD_BACK, asked)).all())


async def cancel(session: AsyncSession, campaign_id: UUID, most: int) -> int:
    """Cancel queued messages, up to `most`; how many."""
    return len((await session.execute(_CANCEL, {"campaign_id": campaign_id, "most": most})).all())


async def let_go(session: AsyncSession, campaign_id: UUID) -> int:
    """How many messages were let go and have not left yet."""
    return int((await session.execute(_LET_GO, {"campaign_id": campaign_id})).scalar_one())


async def any_left(session: AsyncSession, campaign_id: UUID) -> bool:
    """Whether a message waits, or is being sent."""
    return bool((await session.execute(_ANY_LEFT, {"campaign_id": campaign_id})).scalar_one())


async def sums(session: AsyncSession, campaign_id: UUID) -> Mapping[str, Sum]:
    """The campaign's messages by their state."""
    rows = await session.execute(_BY_STATUS, {"campaign_id": campaign_id})
    return {row.status: Sum(row.messages, row.parts) for row in rows}
