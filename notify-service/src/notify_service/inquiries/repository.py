"""Every SQL statement about messages from citizens."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.isolation import not_aside
from chassis.row_arrays import statement
from notify_service.words import Topic

Rows = Sequence[Row[Any]]

_TAKE = statement(
    """
    INSERT INTO inbound_message (provider_id, number_hash, topic, outcome, received_at)
    SELECT r.provider_id, r.number_hash, r.topic, r.outcome, clock_timestamp() FROM <rows>
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
    " WHERE number_hash = ANY(CAST(:hashes AS bytea[])) AND received_at >= statement_timestamp() - interval '1 day'"
    " AND outcome <> 'ignored' GROUP BY number_hash"
)
_LAST_TOPICS = text(
    "SELECT DISTINCT ON (number_hash) number_hash, topic, received_at FROM inbound_message"
    " WHERE number_hash = ANY(CAST(:hashes AS bytea[]))"
    " AND received_at >= statement_timestamp() - make_interval(mins => :minutes)"
    " ORDER BY number_hash, received_at DESC"
)
_ASK = statement(
    """
    INSERT INTO inquiry (inquiry_id, citizen_id, household_id, asked_at, answer_by)
    SELECT r.inquiry_id, r.citizen_id, r.household_id, clock_timestamp(),
        clock_timestamp() + make_interval(secs => :wait)
    FROM <rows> ON CONFLICT DO NOTHING
    """,
    inquiry_id="uuid",
    citizen_id="uuid",
    household_id="uuid",
)
# An answer to a question this database does not know (it was restored, or asked by an older release) counts too.
_TAKE_PART = """
    INSERT INTO inquiry AS i (inquiry_id, citizen_id, household_id, asked_at, answer_by, {part})
    SELECT r.inquiry_id, r.citizen_id, r.household_id, clock_timestamp(),
        clock_timestamp() + make_interval(secs => :wait), r.part
    FROM <rows>
    ON CONFLICT (inquiry_id) DO UPDATE SET {part} = coalesce(i.{part}, excluded.{part})
    WHERE i.answered_at IS NULL
    RETURNING i.inquiry_id, i.citizen_id, i.household_id, i.supply, i.wallet,
        (i.supply IS NOT NULL AND i.wallet IS NOT NULL) OR i.answer_by <= clock_timestamp() AS due
"""
_TAKE_PARTS = {
    part: statement(
        _TAKE_PART.format(part=part), inquiry_id="uuid", citizen_id="uuid", household_id="uuid", part="bytea"
    )
    for part in ("supply", "wallet")
}
OVERDUE = "overdue_answers"

_OVERDUE = text(
    "SELECT inquiry_id, citizen_id, household_id, supply, wallet FROM inquiry"
    " WHERE answered_at IS NULL AND answer_by <= clock_timestamp() AND (supply IS NOT NULL OR wallet IS NOT NULL)"
    f" AND {not_aside(OVERDUE, 'inquiry_id')} ORDER BY answer_by LIMIT :limit FOR UPDATE SKIP LOCKED"
)
# What was stated is not kept once it is told.
_ANSWERED = text(
    "UPDATE inquiry SET answered_at = clock_timestamp(), supply = NULL, wallet = NULL"
    " WHERE inquiry_id = ANY(CAST(:ids AS uuid[]))"
)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('notify.inbound'))")
_FORGET = text("DELETE FROM inbound_message WHERE received_at < statement_timestamp() - make_interval(days => :days)")
_FORGET_INQUIRIES = text("DELETE FROM inquiry WHERE asked_at < statement_timestamp() - make_interval(days => :days)")


class LastTopic(NamedTuple):
    """What a number wrote about last, and when that came."""

    topic: Topic
    at: datetime


@dataclass
class InboundColumns:
    """Messages from citizens as parallel arrays; their words are not kept."""

    provider_id: list[str] = field(default_factory=list)
    number_hash: list[bytes | None] = field(default_factory=list)
    topic: list[str] = field(default_factory=list)
    outcome: list[str] = field(default_factory=list)


@dataclass
class InquiryColumns:
    """Questions to other services as parallel arrays."""

    inquiry_id: list[UUID] = field(default_factory=list)
    citizen_id: list[UUID] = field(default_factory=list)
    household_id: list[UUID] = field(default_factory=list)


@dataclass
class PartColumns(InquiryColumns):
    """The same with what a service has stated, sealed for its inquiry."""

    part: list[bytes] = field(default_factory=list)


async def take_turn(session: AsyncSession) -> None:
    """Let one transaction at a time decide on inbound messages: two copies of one must not both be new."""
    await session.execute(_LOCK)


async def known(session: AsyncSession, provider_ids: Sequence[str]) -> set[str]:
    """Which of the messages were taken before."""
    return set((await session.execute(_KNOWN, {"ids": list(provider_ids)})).scalars())


async def replies_today(session: AsyncSession, hashes: Sequence[bytes]) -> dict[bytes, int]:
    """How many messages of each number were not ignored in the last day."""
    rows = await session.execute(_REPLIES, {"hashes": list(hashes)})
    return {bytes(row.number_hash): row.n for row in rows}


async def last_topics(session: AsyncSession, hashes: Sequence[bytes], minutes: int) -> dict[bytes, LastTopic]:
    """The last message of each number, of those that wrote within some minutes."""
    rows = await session.execute(_LAST_TOPICS, {"hashes": list(hashes), "minutes": minutes})
    return {bytes(row.number_hash): LastTopic(Topic(row.topic), row.received_at) for row in rows}


async def take(session: AsyncSession, inbound: InboundColumns) -> None:
    """Write down that the messages came, and what was done about them."""
    await session.execute(_TAKE, vars(inbound))


async def forget(session: AsyncSession, days: int) -> None:
    """Delete what came so many days ago."""
    await session.execute(_FORGET, {"days": days})
    await session.execute(_FORGET_INQUIRIES, {"days": days})


async def ask(session: AsyncSession, inquiries: InquiryColumns, wait: float) -> None:
    """Wait for answers, so many seconds."""
    await session.execute(_ASK, {**vars(inquiries), "wait": wait})


async def take_part(session: AsyncSession, name: Literal["supply", "wallet"], parts: PartColumns, wait: float) -> Rows:
    """Keep what a service stated; gives the inquiries not answered yet, `due` where nothing more is waited for."""
    return (await session.execute(_TAKE_PARTS[name], {**vars(parts), "wait": wait})).all()


async def overdue(session: AsyncSession, limit: int) -> Rows:
    """Inquiries that have waited long enough and have a part of their answer, locked."""
    return (await session.execute(_OVERDUE, {"limit": limit})).all()


async def answered(session: AsyncSession, inquiry_ids: Sequence[UUID]) -> None:
    """The answers are queued."""
    if inquiry_ids:
        await session.execute(_ANSWERED, {"ids": list(inquiry_ids)})
