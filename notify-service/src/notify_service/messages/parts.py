"""Every SQL statement about parts handed over to a provider that does not know our references, and their receipts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import columns, statement
from notify_service.channels.channel import Report
from notify_service.messages.repository import Rows


class Handed(NamedTuple):
    """What became of a message that was handed over, in parts: what the provider took of them, by its ids.

    `unsure`: one more may have reached the provider.
    """

    message_id: UUID
    part_ids: Sequence[str]
    unsure: bool


class Found(NamedTuple):
    """The part that the receipt at the place `n` of its batch is about."""

    n: int
    message_id: UUID
    attempt: int
    part: int


# A message whose earlier parts may have reached somebody is marked before it is handed over again. Only what is leased
# still: another process may have sent it meanwhile, or a receipt have ended it.
_HAND_OVER = statement(
    """
    WITH r AS (
        SELECT * FROM <rows>
    ), locked AS (
        SELECT m.id, r.parts FROM message m JOIN r USING (id)
        WHERE m.lease = CAST(:lease AS uuid) AND m.status = 'sending' ORDER BY m.id FOR UPDATE OF m
    ), marked AS (
        UPDATE message m SET lease_until = clock_timestamp() + make_interval(secs => CAST(:lease_seconds AS float8)),
            possibly_repeated = m.possibly_repeated OR EXISTS (
                SELECT FROM message_part p WHERE p.message_id = m.id
                AND p.state <> 'failed'
                AND (NOT CAST(:knows AS boolean) OR p.provider <> CAST(:provider AS text)))
        FROM locked WHERE m.id = locked.id RETURNING m.id, m.attempts, locked.parts
    ), noted AS (
        INSERT INTO message_part (message_id, attempt, part, provider, handed_at)
        SELECT marked.id, marked.attempts, part, :provider, clock_timestamp()
        FROM marked, generate_series(1, marked.parts) AS part
        ON CONFLICT (message_id, attempt, part) DO UPDATE
            SET provider = excluded.provider, provider_id = NULL, state = 'handed', handed_at = excluded.handed_at
    )
    SELECT id FROM marked
    """,
    id="uuid",
    parts="smallint",
)
_PACE = text(
    """
    INSERT INTO provider_pace AS p (provider, tokens, refilled_at)
    VALUES (:provider, CAST(:burst AS float8) - :parts, clock_timestamp())
    ON CONFLICT (provider) DO UPDATE SET refilled_at = clock_timestamp(),
        tokens = least(CAST(:burst AS float8), p.tokens
            + extract(epoch FROM clock_timestamp() - p.refilled_at) * CAST(:rate AS float8)) - :parts
    RETURNING tokens
    """
)
_TAKEN = statement(
    """
    UPDATE message_part p SET provider_id = r.provider_id, state = 'taken'
    FROM <rows>, message m
    WHERE m.id = r.id AND m.lease = CAST(:lease AS uuid)
      AND p.message_id = r.id AND p.attempt = m.attempts AND p.part = r.part AND p.state = 'handed'
    """,
    id="uuid",
    part="smallint",
    provider_id="text",
)
_NOT_HANDED = statement(
    """
    DELETE FROM message_part p USING <rows>, message m
    WHERE m.id = r.id AND m.lease = CAST(:lease AS uuid)
      AND p.message_id = r.id AND p.attempt = m.attempts AND p.part >= r.part
    """,
    id="uuid",
    part="smallint",
)


async def hand_over(
    session: AsyncSession,
    lease: UUID,
    provider: str,
    messages: Sequence[tuple[UUID, int]],
    *,
    knows_references: bool,
    lease_seconds: float,
) -> set[UUID]:
    """Note that messages of so many parts are about to leave, and mark what may leave twice.

    Returns those that are still leased: no other may be sent. To be committed before.
    """
    given = {
        **columns(messages, "id", "parts"), "lease": lease, "provider": provider, "knows": knows_references,
        "lease_seconds": lease_seconds,
    }  # fmt: skip
    return set((await session.execute(_HAND_OVER, given)).scalars())


async def charge(session: AsyncSession, provider: str, parts: int, per_second: float) -> float:
    """Take parts from what a provider takes in a second, of all processes; returns the seconds to wait with them."""
    given = {"provider": provider, "parts": parts, "rate": per_second, "burst": max(1.0, per_second / 4)}
    tokens: float = (await session.execute(_PACE, given)).scalar_one()
    return max(0.0, -tokens / per_second)


async def note_answers(session: AsyncSession, lease: UUID, handed: Sequence[Handed]) -> None:
    """Write down what the provider calls the parts it took, and forget those that never left."""
    taken = [(one.message_id, part, name) for one in handed for part, name in enumerate(one.part_ids, 1)]
    if taken:
        await session.execute(_TAKEN, {**columns(taken, "id", "part", "provider_id"), "lease": lease})
    left = [(one.message_id, len(one.part_ids) + 1 + one.unsure) for one in handed]
    if left:
        await session.execute(_NOT_HANDED, {**columns(left, "id", "part"), "lease": lease})


# What a receipt names: of the parts that have the name, one that is open, by the better name, the latest.
_FIND = statement(
    """
    SELECT DISTINCT ON (r.n) r.n, p.message_id, p.attempt, p.part
    FROM <rows> JOIN message_part p ON p.provider_id = r.provider_id AND p.provider = r.provider
    ORDER BY r.n, p.state = 'taken' DESC, r.rank, p.handed_at DESC
    """,
    n="integer",
    rank="integer",
    provider="text",
    provider_id="text",
)
_LOCK = text("SELECT FROM message WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE")
_END = statement(
    """
    UPDATE message_part p SET state = r.state, reason = r.reason, ended_at = r.at
    FROM <rows>
    WHERE p.message_id = r.message_id AND p.attempt = r.attempt AND p.part = r.part AND p.state = 'taken'
    RETURNING p.message_id
    """,
    message_id="uuid",
    attempt="smallint",
    part="smallint",
    state="text",
    reason="text",
    at="timestamptz",
)
# Delivered: all parts of one attempt are. Failed: one of the latest attempt is.
_ENDED = text(
    """
    WITH tries AS (
        SELECT p.message_id, p.attempt, count(*) FILTER (WHERE p.state = 'delivered') >= m.parts AS whole,
               max(p.reason) FILTER (WHERE p.state = 'failed') AS reason, max(p.ended_at) AS at,
               p.attempt = max(p.attempt) OVER (PARTITION BY p.message_id) AS latest
        FROM message_part p JOIN message m ON m.id = p.message_id
        WHERE p.message_id = ANY(CAST(:ids AS uuid[])) GROUP BY p.message_id, p.attempt, m.parts
    )
    SELECT DISTINCT ON (message_id) message_id, CASE WHEN whole THEN 'delivered' ELSE 'failed' END AS status,
           CASE WHEN NOT whole THEN reason END AS reason, at
    FROM tries WHERE whole OR (latest AND reason IS NOT NULL) ORDER BY message_id, whole DESC, attempt DESC
    """
)
# Of messages whose delivery failed: what a further try needs to know. What has no words left is not tried again.
_TRIED = text(
    """
    SELECT m.id, m.status, extract(epoch FROM m.expires_at - clock_timestamp())::float8 AS valid_seconds,
           (SELECT count(DISTINCT p.attempt) FROM message_part p
            WHERE p.message_id = m.id AND p.state = 'failed') AS failures
    FROM message m WHERE m.id = ANY(CAST(:ids AS uuid[])) AND m.content IS NOT NULL
    """
)
_RETURN = statement(
    """
    UPDATE message m SET status = 'queued', reason = r.reason,
           not_before = clock_timestamp() + make_interval(secs => r.try_after)
    FROM <rows> WHERE m.id = r.id AND m.status = 'sent'
    """,
    id="uuid",
    reason="text",
    try_after="float8",
)
_KEEP = text(
    "INSERT INTO early_receipt (provider, provider_ids, state, reason, at)"
    " VALUES (:provider, CAST(:ids AS text[]), :state, :reason, :at) ON CONFLICT DO NOTHING"
)
_EARLY = text(
    "SELECT e.id, e.provider, e.provider_ids, e.state, e.reason, e.at FROM early_receipt e WHERE EXISTS ("
    "SELECT FROM message_part p WHERE p.provider = e.provider AND p.provider_id = ANY(e.provider_ids))"
    " ORDER BY e.id LIMIT :limit FOR UPDATE SKIP LOCKED"
)
_DROP = text("DELETE FROM early_receipt WHERE id = ANY(CAST(:ids AS bigint[]))")
_FORGET = text("DELETE FROM early_receipt WHERE at < statement_timestamp() - make_interval(days => :days)")


async def find(session: AsyncSession, reports: Sequence[Report]) -> list[Found]:
    """The parts that reports are about, and lock their messages."""
    names = [
        (n, rank, report.provider, name) for n, report in enumerate(reports) for rank, name in enumerate(report.ids)
    ]
    rows = await session.execute(_FIND, columns(names, "n", "rank", "provider", "provider_id"))
    found = [Found(row.n, row.message_id, row.attempt, row.part) for row in rows]
    if found:
        await session.execute(_LOCK, {"ids": [one.message_id for one in found]})
    return found


async def end(session: AsyncSession, parts: Sequence[tuple[Found, Report]]) -> tuple[int, Rows]:
    """End parts that are open. Returns how many that were, and (message_id, status, reason, at) of ended messages."""
    first = {(found.message_id, found.attempt, found.part): report for found, report in reversed(parts)}
    ends = [(*key, report.status, report.reason, report.at) for key, report in first.items()]
    given = columns(ends, "message_id", "attempt", "part", "state", "reason", "at")
    changed = list((await session.execute(_END, given)).scalars())
    if not changed:
        return 0, []
    return len(changed), (await session.execute(_ENDED, {"ids": list(set(changed))})).all()


async def tried(session: AsyncSession, messages: Sequence[UUID]) -> Rows:
    """(id, status, valid_seconds, failures) of messages that can be put into words still; their rows are locked."""
    return (await session.execute(_TRIED, {"ids": list(messages)})).all()


async def put_back(session: AsyncSession, returned: Sequence[tuple[UUID, str | None, float]]) -> None:
    """Queue sent messages again: (id, why, seconds to wait)."""
    await session.execute(_RETURN, columns(returned, "id", "reason", "try_after"))


async def keep_early(session: AsyncSession, reports: Sequence[Report]) -> None:
    """Keep reports on parts that are not known: the answer that names the part may not be written down yet."""
    given = [
        {"provider": one.provider, "ids": list(one.ids), "state": one.status, "reason": one.reason, "at": one.at}
        for one in reports
    ]
    if given:
        await session.execute(_KEEP, given)


async def early(session: AsyncSession, limit: int) -> Rows:
    """Reports that were kept and whose part is known by now."""
    return (await session.execute(_EARLY, {"limit": limit})).all()


async def drop_early(session: AsyncSession, ids: Sequence[int]) -> None:
    """Forget reports that were dealt with."""
    await session.execute(_DROP, {"ids": list(ids)})


async def forget_early(session: AsyncSession, days: int) -> None:
    """Forget reports on what nobody has sent, so many days after they came."""
    await session.execute(_FORGET, {"days": days})
