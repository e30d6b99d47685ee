"""Every SQL statement about outgoing messages: queueing, sending, receipts."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.isolation import not_aside
from chassis.paging import Paging
from chassis.processing.restrictions import IN_FORCE
from chassis.row_arrays import statement, with_rows

Rows = Sequence[Row[Any]]

# The template by which an erasure is told: sent to a number that no contact has any more, which it forgets at its end.
LAST_MESSAGE = "data_erased"
_GOVERNORATE = "(SELECT c.governorate FROM contact c WHERE c.citizen_id = m.citizen_id)"  # of a message `m`


@dataclass
class MessageColumns:
    """New messages of one template as parallel arrays."""

    id: list[UUID] = field(default_factory=list)
    event_id: list[UUID] = field(default_factory=list)
    citizen_id: list[UUID | None] = field(default_factory=list)
    household_id: list[UUID | None] = field(default_factory=list)
    subject: list[UUID | None] = field(default_factory=list)
    content: list[bytes] = field(default_factory=list)


_INSERT = statement(
    """
    INSERT INTO message (id, event_id, template, priority, citizen_id, household_id, subject, content, ready,
                         created_at, expires_at)
    SELECT r.id, r.event_id, :template, :priority, r.citizen_id, r.household_id, r.subject, r.content,
           r.citizen_id IS NULL OR EXISTS (SELECT FROM contact c WHERE c.citizen_id = r.citizen_id),
           clock_timestamp(), clock_timestamp() + make_interval(secs => CAST(:valid_seconds AS float8))
    FROM <rows>
    WHERE NOT EXISTS (
        SELECT FROM message s WHERE s.subject = r.subject AND s.template = ANY(CAST(:silencers AS text[])))
      AND NOT EXISTS (SELECT FROM deceased d WHERE d.citizen_id = r.citizen_id)
    ON CONFLICT (event_id, template) DO NOTHING RETURNING id
    """,
    id="uuid",
    event_id="uuid",
    citizen_id="uuid",
    household_id="uuid",
    subject="uuid",
    content="bytea",
)
# Until the commit: who reads the list by its numbers finds none behind one it has read already.
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('unicard.message_posting.' || current_schema(), 0))")
_SUPERSEDE = statement(
    """
    UPDATE message m SET status = 'cancelled', reason = 'superseded', ended_at = clock_timestamp()
    FROM <rows>
    WHERE m.subject = r.subject AND m.id < r.id AND m.status = 'queued'
      AND m.template = ANY(CAST(:templates AS text[]))
    """,
    subject="uuid",
    id="uuid",
)


async def post_in_turn(session: AsyncSession) -> None:
    """Give new messages their numbers in the order of the commits: nobody else queues until this one."""
    await session.execute(_TURN)


async def queue(
    session: AsyncSession,
    rows: MessageColumns,
    *,
    template: str,
    priority: int,
    silencers: Sequence[str],
    valid_seconds: float,
) -> set[UUID]:
    """Queue messages; one a (event, template), none where a silencing one exists. Returns the ids that are new."""
    parameters = {
        "template": template, "priority": priority, "silencers": list(silencers), "valid_seconds": valid_seconds,
    }  # fmt: skip
    await post_in_turn(session)
    return set((await session.execute(_INSERT, {**vars(rows), **parameters})).scalars())


_CANCEL_OF_THE_DEAD = text(
    "UPDATE message SET status = 'cancelled', reason = 'deceased', ended_at = clock_timestamp()"
    " WHERE citizen_id = ANY(CAST(:citizens AS uuid[])) AND status = 'queued'"
)


async def cancel_of_the_dead(session: AsyncSession, citizens: Sequence[UUID]) -> None:
    """Cancel what is queued for citizens who are dead."""
    await session.execute(_CANCEL_OF_THE_DEAD, {"citizens": list(citizens)})


async def supersede(session: AsyncSession, newer: dict[UUID, UUID | None], templates: Sequence[str]) -> None:
    """Cancel what is queued from the templates about the same subject as a `newer` message (its id: subject)."""
    parameters = {"id": list(newer), "subject": list(newer.values()), "templates": list(templates)}
    await session.execute(_SUPERSEDE, parameters)


_ANY_DUE = text(
    "SELECT EXISTS (SELECT FROM message WHERE status = 'queued' AND ready"
    " AND priority = ANY(CAST(:priorities AS smallint[]))"
    " AND (not_before IS NULL OR not_before <= statement_timestamp()))"
)
# One statement: what the pace allows is read and charged, the most urgent messages are leased for this batch.
_CLAIM = text(
    """
    WITH pace AS (
        SELECT least(CAST(:burst AS float8),
                     tokens + extract(epoch FROM clock_timestamp() - refilled_at) * CAST(:rate AS float8)) AS open
        FROM send_pace FOR UPDATE
    ), picked AS (
        SELECT id FROM message
        WHERE status = 'queued' AND ready AND priority = ANY(CAST(:priorities AS smallint[]))
          AND (not_before IS NULL OR not_before <= statement_timestamp())
        ORDER BY priority, id
        LIMIT (SELECT greatest(0, least(CAST(:batch AS integer), floor(open)))::bigint FROM pace)
        FOR UPDATE SKIP LOCKED
    ), charged AS (
        UPDATE send_pace SET tokens = (SELECT open FROM pace) - (SELECT count(*) FROM picked),
                             refilled_at = clock_timestamp()
    ), leased AS (
        UPDATE message m SET status = 'sending', attempts = attempts + 1, lease = CAST(:lease AS uuid),
               lease_until = clock_timestamp() + make_interval(secs => CAST(:lease_seconds AS float8))
        FROM picked WHERE m.id = picked.id
        RETURNING m.id, m.template, m.priority, m.citizen_id, m.content, m.refusals, m.campaign_id,
                  m.sent_at IS NOT NULL AS was_sent,
                  extract(epoch FROM m.expires_at - clock_timestamp())::float8 AS valid_seconds
    )
    SELECT leased.*, k.ar AS campaign_ar, k.en AS campaign_en, c.sealed AS contact,
           coalesce(c.chosen_language, c.language) AS language,
           EXISTS (SELECT FROM contact o
                   WHERE o.number_hash = c.number_hash AND o.citizen_id <> c.citizen_id) AS shared,
           c.opted_out_at IS NOT NULL AS opted_out,
           EXISTS (SELECT FROM restriction r WHERE r.citizen_id = leased.citizen_id AND <in force>) AS restricted
    FROM leased LEFT JOIN contact c USING (citizen_id) LEFT JOIN campaign k USING (campaign_id)
    ORDER BY leased.priority, leased.id
    """.replace("<in force>", IN_FORCE.format(day="CAST(:today AS date)"))
)
_SHARING = text(
    "SELECT o.citizen_id, o.number_hash, o.sealed FROM contact o WHERE o.number_hash IN"
    " (SELECT c.number_hash FROM contact c WHERE c.citizen_id = ANY(CAST(:citizens AS uuid[])))"
    " ORDER BY o.citizen_id"
)
_FINISH = statement(
    """
    WITH r AS (
        SELECT * FROM <rows>
    ), locked AS (
        SELECT m.id FROM message m JOIN r USING (id) WHERE m.lease = CAST(:lease AS uuid)
        ORDER BY m.id FOR UPDATE OF m
    )
    UPDATE message m SET
        status = CASE WHEN m.status = 'sending' THEN r.status ELSE m.status END,
        reason = CASE WHEN m.status = 'sending' THEN r.reason ELSE m.reason END,
        ended_at = CASE WHEN m.status = 'sending' AND r.status IN ('failed', 'cancelled')
                        THEN clock_timestamp() ELSE m.ended_at END,
        sent_at = CASE WHEN r.status = 'sent' THEN clock_timestamp() ELSE m.sent_at END,
        refusals = m.refusals + CASE WHEN r.status = 'sent' THEN 0 ELSE 1 END,
        content = CASE WHEN m.template = '<last>' AND r.status <> 'queued' THEN NULL
                       ELSE coalesce(r.content, m.content) END, language = coalesce(r.language, m.language),
        encoding = coalesce(r.encoding, m.encoding), parts = coalesce(r.parts, m.parts),
        provider_id = coalesce(r.provider_id, m.provider_id),
        provider = coalesce(r.provider, m.provider), network = coalesce(r.network, m.network),
        not_before = clock_timestamp() + make_interval(secs => r.try_after),
        lease = NULL, lease_until = NULL
    FROM r JOIN locked USING (id) WHERE m.id = r.id
    RETURNING m.id, m.citizen_id, m.template, m.status, m.reason, old.status AS was
    """.replace("<last>", LAST_MESSAGE),
    id="uuid",
    status="text",
    content="bytea",
    language="text",
    encoding="text",
    parts="smallint",
    provider_id="text",
    provider="text",
    network="text",
    reason="text",
    try_after="float8",
)
_PUT_BACK = text(
    "UPDATE message SET status = 'queued', lease = NULL, lease_until = NULL,"
    " not_before = coalesce(clock_timestamp() + make_interval(secs => CAST(:pause AS float8)), not_before)"
    " WHERE lease = CAST(:lease AS uuid) AND status = 'sending' AND id = ANY(CAST(:ids AS uuid[]))"
)
_RECEIPTS = BoundedStatement(
    with_rows(
        """
    WITH r AS (
        SELECT * FROM <rows>
    ), locked AS (
        SELECT m.id FROM message m JOIN r USING (id)
        WHERE m.status = ANY(CAST(:open AS text[])) AND m.attempts > 0 AND <bound> ORDER BY m.id FOR UPDATE OF m
    )
    UPDATE message m SET status = r.status, reason = r.reason, ended_at = r.at
    FROM r JOIN locked USING (id) WHERE m.id = r.id
    RETURNING m.id, m.citizen_id, m.template, m.status, m.reason, m.ended_at, m.provider, m.network,
        CAST(extract(epoch FROM m.ended_at - m.sent_at) AS float8) AS seconds
    """,
        id="uuid",
        status="text",
        reason="text",
        at="timestamptz",
    ),
    governorate=_GOVERNORATE,
)


@dataclass
class OutcomeColumns:
    """What became of a batch's messages, as parallel arrays."""

    id: list[UUID] = field(default_factory=list)
    status: list[str] = field(default_factory=list)
    content: list[bytes | None] = field(default_factory=list)
    language: list[str | None] = field(default_factory=list)
    encoding: list[str | None] = field(default_factory=list)
    parts: list[int | None] = field(default_factory=list)
    provider_id: list[str | None] = field(default_factory=list)
    provider: list[str | None] = field(default_factory=list)
    network: list[str | None] = field(default_factory=list)
    reason: list[str | None] = field(default_factory=list)
    try_after: list[float | None] = field(default_factory=list)  # seconds


@dataclass
class ReceiptColumns:
    """What the network reported, as parallel arrays; each message once."""

    id: list[UUID] = field(default_factory=list)
    status: list[str] = field(default_factory=list)
    reason: list[str | None] = field(default_factory=list)
    at: list[datetime] = field(default_factory=list)


async def any_due(session: AsyncSession, priorities: Sequence[int]) -> bool:
    """Whether a message could leave now; cheap, locks nothing."""
    return bool((await session.execute(_ANY_DUE, {"priorities": list(priorities)})).scalar_one())


async def claim(
    session: AsyncSession,
    *,
    priorities: Sequence[int],
    batch: int,
    rate: float,
    lease: UUID,
    lease_seconds: float,
    today: date,
) -> Rows:
    """Lease up to `batch` messages, as many as `rate` a second over all processes allows; `today`: in Cairo."""
    parameters = {
        "priorities": list(priorities), "batch": batch, "rate": rate,
        "burst": max(1.0, rate / 4), "lease": lease, "lease_seconds": lease_seconds,
        "today": today,
    }  # fmt: skip
    return (await session.execute(_CLAIM, parameters)).all()


async def finish(session: AsyncSession, lease: UUID, outcomes: OutcomeColumns) -> Rows:
    """Write down a batch's outcomes; a receipt that came first keeps its word. Returns id, status, `was`, …"""
    return (await session.execute(_FINISH, {**vars(outcomes), "lease": lease})).all()


async def put_back(session: AsyncSession, lease: UUID, messages: Sequence[UUID], pause: float | None) -> None:
    """Queue leased messages again, as if they had not been taken; for `pause` seconds they wait."""
    await session.execute(_PUT_BACK, {"lease": lease, "ids": list(messages), "pause": pause})


async def apply_receipts(session: AsyncSession, bound: Bound, receipts: ReceiptColumns, open_to: Sequence[str]) -> Rows:
    """End those of the messages that are still open and the caller's; returns those that changed."""
    asked = {**vars(receipts), "open": list(open_to)}
    return (await session.execute(*_RECEIPTS.within(bound, asked))).all()


_CONTACT_CAME = text(
    "UPDATE message SET ready = true WHERE status = 'queued' AND NOT ready AND campaign_id IS NULL"
    " AND citizen_id = ANY(CAST(:citizens AS uuid[]))"
)
_CONTACT_MISSED = text(
    "UPDATE message m SET ready = true FROM contact c"
    " WHERE m.status = 'queued' AND NOT m.ready AND m.campaign_id IS NULL AND c.citizen_id = m.citizen_id"
)
_LEASE_RAN_OUT = text(
    "UPDATE message SET status = 'queued', lease = NULL, lease_until = NULL"
    " WHERE status = 'sending' AND lease_until < statement_timestamp()"
)
EXPIRED = "expired_messages"

_EXPIRE = text(
    f"""
    WITH due AS (
        SELECT id FROM message WHERE status = 'queued' AND expires_at <= statement_timestamp()
            AND {not_aside(EXPIRED, "id")}
        ORDER BY id LIMIT :chunk FOR UPDATE SKIP LOCKED
    )
    UPDATE message m SET status = 'expired',
                         reason = CASE WHEN m.ready OR m.campaign_id IS NOT NULL THEN 'expired' ELSE 'no_contact' END,
                         content = CASE WHEN m.template = '{LAST_MESSAGE}' THEN NULL ELSE m.content END,
                         ended_at = clock_timestamp()
    FROM due WHERE m.id = due.id
    RETURNING m.id, m.citizen_id, m.template, m.status, m.reason, m.ended_at
    """
)
_ERASE = text(
    """
    WITH old AS (
        SELECT id FROM message
        WHERE content IS NOT NULL AND created_at < statement_timestamp() - make_interval(days => :days)
          AND status NOT IN ('queued', 'sending')
        LIMIT :chunk FOR UPDATE SKIP LOCKED
    )
    UPDATE message m SET content = NULL FROM old WHERE m.id = old.id
    """
)
# Written by the version before this one, which knew no state for them.
_EXPIRED_BEFORE = text(
    """
    UPDATE message m SET status = 'expired'
    FROM (SELECT id FROM message WHERE status = 'failed' AND reason IN ('expired', 'no_contact')
          ORDER BY id LIMIT :chunk FOR UPDATE SKIP LOCKED) old
    WHERE m.id = old.id
    """
)
_QUEUED = text("SELECT priority, count(*) AS n FROM message WHERE status = 'queued' GROUP BY priority")


async def sharing(session: AsyncSession, citizens: Sequence[UUID]) -> Rows:
    """(citizen_id, number_hash, sealed) of all who have the number of one of these citizens, longest known first."""
    return (await session.execute(_SHARING, {"citizens": list(citizens)})).all()


async def release(session: AsyncSession, citizens: Sequence[UUID]) -> None:
    """Let messages leave that waited for the contacts of these citizens."""
    await session.execute(_CONTACT_CAME, {"citizens": list(citizens)})


async def release_missed(session: AsyncSession) -> None:
    """Let messages leave whose contact was written down in the same moment, where neither saw the other."""
    await session.execute(_CONTACT_MISSED)


async def take_back_leases(session: AsyncSession) -> None:
    """Queue messages again whose lease ran out."""
    await session.execute(_LEASE_RAN_OUT)


async def expire(session: AsyncSession, limit: int) -> Rows:
    """Give up to `limit` queued messages up that are no longer of use; returns them."""
    return (await session.execute(_EXPIRE, {"chunk": limit})).all()


async def erase(session: AsyncSession, days: int, limit: int) -> None:
    """Erase words and numbers of up to `limit` messages made so many days ago."""
    await session.execute(_ERASE, {"days": days, "chunk": limit})


async def adopt_expired(session: AsyncSession, limit: int) -> None:
    """Say of up to `limit` messages that were called failed that they have expired."""
    await session.execute(_EXPIRED_BEFORE, {"chunk": limit})


async def waiting(session: AsyncSession) -> dict[int, int]:
    """How many messages are queued, by priority."""
    return {row.priority: row.n for row in await session.execute(_QUEUED)}


_ONE = text(f"SELECT m.*, {_GOVERNORATE} AS governorate FROM message m WHERE id = :id")
_PAGE = BoundedStatement(
    """
    SELECT * FROM message m
    WHERE <bound> AND (CAST(:citizen AS uuid) IS NULL OR citizen_id = CAST(:citizen AS uuid))
      AND (CAST(:status AS text) IS NULL OR status = CAST(:status AS text))
      AND (coalesce(posting, 0), id) >
          (coalesce((SELECT posting FROM message WHERE id = CAST(:after AS uuid)), 0), CAST(:after AS uuid))
    ORDER BY coalesce(posting, 0), id LIMIT :limit
    """,
    governorate=_GOVERNORATE,
)
_OF_CITIZEN = text(
    """
    SELECT * FROM message m WHERE citizen_id = :citizen
      AND (coalesce(posting, 0), id) >
          (coalesce((SELECT posting FROM message WHERE id = CAST(:after AS uuid)), 0), CAST(:after AS uuid))
    ORDER BY coalesce(posting, 0), id LIMIT :limit
    """
)
_NEWEST_OF_CITIZEN = text(
    """
    SELECT * FROM message m WHERE citizen_id = :citizen
      AND (coalesce(posting, 0), id) <
          (coalesce((SELECT coalesce(posting, 0) FROM message WHERE id = CAST(:after AS uuid)), 9223372036854775807),
           CAST(:after AS uuid))
    ORDER BY coalesce(posting, 0) DESC, id DESC LIMIT :limit
    """
)
_GOVERNORATE_OF = text("SELECT governorate FROM contact WHERE citizen_id = :citizen")
_STATISTICS = BoundedStatement(
    """
    SELECT template, status, count(*) AS messages, coalesce(sum(parts), 0) AS parts FROM message m
    WHERE <bound> AND (CAST(:since AS timestamptz) IS NULL OR created_at >= CAST(:since AS timestamptz))
        AND NOT EXISTS (SELECT FROM trial_household t WHERE t.household_id = m.household_id)
    GROUP BY template, status ORDER BY template, status
    """,
    governorate=_GOVERNORATE,
)


async def one(session: AsyncSession, message_id: UUID) -> Row[Any] | None:
    """A message with the governorate of its citizen, or None."""
    return (await session.execute(_ONE, {"id": message_id})).one_or_none()


async def page(
    session: AsyncSession, bound: Bound, *, citizen: UUID | None, status: str | None, page: Paging[UUID]
) -> Rows:
    """The messages the caller may see, in the order they were queued."""
    parameters = {"citizen": citizen, "status": status} | page.bounds
    return (await session.execute(*_PAGE.within(bound, parameters))).all()


async def of_citizen(session: AsyncSession, citizen_id: UUID, page: Paging[UUID]) -> Rows:
    """A citizen's messages, in the order they were queued."""
    return (await session.execute(_OF_CITIZEN, {"citizen": citizen_id} | page.bounds)).all()


async def newest_of_citizen(session: AsyncSession, citizen_id: UUID, page: Paging[UUID]) -> Rows:
    """A citizen's messages, the last queued first."""
    return (await session.execute(_NEWEST_OF_CITIZEN, {"citizen": citizen_id} | page.bounds)).all()


async def governorate_of(session: AsyncSession, citizen_id: UUID) -> str | None:
    """Where a citizen lives whose contact is known; None where that was not told."""
    found: str | None = (await session.execute(_GOVERNORATE_OF, {"citizen": citizen_id})).scalar_one_or_none()
    return found


async def statistics(session: AsyncSession, bound: Bound, since: datetime | None) -> Rows:
    """(template, status, messages, parts) of the messages the caller may see that were queued since an instant."""
    return (await session.execute(*_STATISTICS.within(bound, {"since": since}))).all()
