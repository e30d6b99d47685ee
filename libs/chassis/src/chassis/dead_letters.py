"""Dead-letter store: events set aside, the dead ones, and those of the same key that wait behind them in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import new_id
from chassis.infrastructure_errors import is_infrastructure
from chassis.kafka import DEAD
from chassis.kafka_record import Record
from chassis.metrics import EVENTS_CONSUMED, PARKED_EVENTS, PARKED_OLDEST
from chassis.problems import Conflict, NotFound
from chassis.reactions import Malformed, R, Reactions
from chassis.row_arrays import statement

# How many events of one key are handled in one transaction.
CHUNK = 500

# What the inbox knows was handled or given up before: it is not set aside once more.
_INSERT = statement(
    "INSERT INTO parked_event (state, topic, partition, log_offset, key, event_id, type, headers, value, reason)"
    " SELECT CAST(:state AS text), r.topic, r.partition, r.log_offset, r.key, r.event_id, r.type,"
    " CAST(r.headers AS jsonb), r.value, CAST(:reason AS text)"
    " FROM <numbered rows>"
    " WHERE NOT EXISTS (SELECT 1 FROM inbox i WHERE i.event_id = r.event_id)"
    " ORDER BY r.n ON CONFLICT DO NOTHING RETURNING type",
    topic="text",
    partition="integer",
    log_offset="bigint",
    key="text",
    event_id="uuid",
    type="text",
    headers="text",
    value="bytea",
)
_HELD = text(
    "SELECT DISTINCT key FROM parked_event WHERE state IN ('dead', 'parked') AND key = ANY(CAST(:keys AS text[]))"
)
_DEAD_LETTER = text(
    "INSERT INTO outbox (event_id, type, topic, key, time, traceparent, payload)"
    " VALUES (:event_id, :type, :topic, :key, now(), :traceparent, :payload)"
)
_OF_KEY = text(
    "SELECT * FROM parked_event WHERE state IN ('dead', 'parked') AND key = :key ORDER BY id LIMIT :limit FOR UPDATE"
)
_KEY = text("SELECT key FROM parked_event WHERE id = :id AND state IN ('dead', 'parked')")
_ONE = text("SELECT * FROM parked_event WHERE id = :id AND state IN ('dead', 'parked') FOR UPDATE")
_SETTLE = text(
    "UPDATE parked_event SET state = :state, settled_at = clock_timestamp(), settled_in = pg_current_xact_id(),"
    " settled_by = :by, settled_reason = :reason WHERE id = ANY(CAST(:ids AS bigint[]))"
)
_CONDEMN = text("UPDATE parked_event SET state = 'dead', reason = :reason WHERE id = :id")
_INBOX = statement(
    "INSERT INTO inbox (event_id) SELECT DISTINCT event_id FROM <rows> ORDER BY 1"
    " ON CONFLICT DO NOTHING RETURNING event_id",
    event_id="uuid",
)
_STRAGGLING = text(
    "SELECT DISTINCT key FROM parked_event p WHERE state = 'parked' AND NOT EXISTS"
    " (SELECT 1 FROM parked_event d WHERE d.key = p.key AND d.state = 'dead')"
)
_COUNT = text(
    "SELECT count(*) AS events, coalesce(extract(epoch FROM min(parked_at)), 0) AS oldest FROM parked_event"
    " WHERE state IN ('dead', 'parked')"
)


class NotReplayable(Conflict):
    """The event cannot be handled yet"""

    code = "event_not_replayable"
    title_ar = "لا يمكن إعادة معالجة الحدث بعد"


@dataclass(frozen=True)
class Released:
    """How many waiting events were handled, and the one that could not be, with its error."""

    handled: int
    failed: Row[Any] | None = None
    error: Exception | None = None


async def unknown_to_inbox(session: AsyncSession, event_ids: Sequence[UUID]) -> set[UUID]:
    """Enter events in the inbox; those that were not in it before. Two transactions never wait for each other."""
    return set((await session.execute(_INBOX, {"event_id": event_ids})).scalars()) if event_ids else set()


async def held_keys(session: AsyncSession, keys: set[str]) -> set[str]:
    """Those of `keys` whose events must wait."""
    return set((await session.execute(_HELD, {"keys": sorted(keys)})).scalars()) if keys else set()


async def park(session: AsyncSession, records: Sequence[Record]) -> None:
    """Let events wait behind a dead one of their key."""
    for event_type in await _insert(session, records, "parked", "waits behind a dead event of its key"):
        EVENTS_CONSUMED.labels(event_type or "unknown", "parked").inc()


async def bury(session: AsyncSession, record: Record, reason: str) -> bool:
    """Set an event aside and send it to its topic's dead-letter topic, both or neither; False if that was done."""
    if not await _insert(session, [record], "dead", reason):
        return False
    await _send_dead_letter(session, record)
    return True


async def release(
    session: AsyncSession, runtime: R, reactions: Reactions[R], key: str, by: str | None = None
) -> Released:
    """Handle the oldest waiting events of a key in order, up to `CHUNK` or the first that fails.

    What was handled is settled in the session's transaction, what failed has left no trace in it. `by`: who wants it.
    """
    rows = (await session.execute(_OF_KEY, {"key": key, "limit": CHUNK})).all()
    return await _handle(rows, session, runtime, reactions, by)


async def condemn(session: AsyncSession, row: Row[Any], reason: str) -> None:
    """Make a waiting event a dead one, for its own fault."""
    if row.state == "parked":
        await _send_dead_letter(session, Record.of_row(row))
    await session.execute(_CONDEMN, {"id": row.id, "reason": reason[:500]})


async def replay(session: AsyncSession, runtime: R, reactions: Reactions[R], parked_id: int, by: str) -> int:
    """Handle a dead event and those that wait behind it, in the session's transaction, as `by` wants. Returns how many.

    One behind it that fails is dead from now on. Raises NotFound, or NotReplayable when the first one fails.
    """
    found = (await session.execute(_KEY, {"id": parked_id})).one_or_none()
    if found is None or found.key is None:
        released = await _handle([await _open(session, parked_id)], session, runtime, reactions, by)
    else:  # its own row is locked in its turn only: two replays of one key would wait for each other
        released = await release(session, runtime, reactions, found.key, by)
        if released.handled == 0 and released.failed is None:
            raise _no_longer_aside()
    if released.failed is not None:
        if released.handled == 0:
            raise NotReplayable(
                f"{reason_of(released.error)}: it was left as it is.", detail_ar="فشل مرة أخرى وبقي كما هو."
            ) from released.error
        await condemn(session, released.failed, reason_of(released.error))
    return released.handled


async def find(session: AsyncSession, parked_id: int) -> Row[Any]:
    """An event that stands aside. Raises NotFound."""
    return await _open(session, parked_id)


async def discard(session: AsyncSession, parked_id: int, by: str, reason: str) -> None:
    """Give an event up for good, also when it is published again; who wants it and why is kept. Raises NotFound."""
    row = await _open(session, parked_id)
    await unknown_to_inbox(session, [row.event_id] if row.event_id else [])
    await session.execute(_SETTLE, {"ids": [parked_id], "state": "discarded", "by": by, "reason": reason})


async def count(session: AsyncSession) -> int:
    """How many events are set aside."""
    found = (await session.execute(_COUNT)).one()
    PARKED_EVENTS.set(found.events)
    PARKED_OLDEST.set(found.oldest)
    return int(found.events)


async def straggling_keys(session: AsyncSession) -> list[str]:
    """Keys with waiting events but no dead one before them."""
    return list((await session.execute(_STRAGGLING)).scalars()) if await count(session) else []


def reason_of(error: Exception | None) -> str:
    """What may be shown of an error: never its own words, which may hold data, unless they are ours."""
    return f"malformed: {error}" if isinstance(error, Malformed) else type(error).__name__


async def _open(session: AsyncSession, parked_id: int) -> Row[Any]:
    row = (await session.execute(_ONE, {"id": parked_id})).one_or_none()
    if row is None:
        raise _no_longer_aside()
    return row


def _no_longer_aside() -> NotFound:
    return NotFound("No event is set aside under this number.", detail_ar="لا يوجد حدث محفوظ بهذا الرقم.")


async def _handle(
    rows: Sequence[Row[Any]], session: AsyncSession, runtime: R, reactions: Reactions[R], by: str | None
) -> Released:
    if not rows:
        return Released(0)
    try:
        async with session.begin_nested():
            await _apply(rows, session, runtime, reactions, by)
        return Released(len(rows))
    except Exception as error:  # why: a handler may fail in any way; halving finds the event that makes it fail
        if is_infrastructure(error):
            raise
        if len(rows) == 1:
            return Released(0, rows[0], error)
    half = len(rows) // 2
    first = await _handle(rows[:half], session, runtime, reactions, by)
    if first.failed is not None:
        return first
    second = await _handle(rows[half:], session, runtime, reactions, by)
    return Released(first.handled + second.handled, second.failed, second.error)


async def _apply(
    rows: Sequence[Row[Any]], session: AsyncSession, runtime: R, reactions: Reactions[R], by: str | None
) -> None:
    events = [reactions.parse(Record.of_row(row)) for row in rows]
    new = await unknown_to_inbox(session, [event.id for event in events])
    await reactions.handle([event for event in events if event.id in new], session, runtime)
    settled = {"ids": [row.id for row in rows], "state": "replayed", "by": by, "reason": None}
    await session.execute(_SETTLE, settled)


async def _insert(session: AsyncSession, records: Sequence[Record], state: str, reason: str) -> list[str | None]:
    """The types of those records that were not set aside before."""
    parameters = {
        "state": state,
        "reason": reason[:500],
        "topic": [record.topic for record in records],
        "partition": [record.partition for record in records],
        "log_offset": [record.offset for record in records],
        "key": [record.key for record in records],
        "event_id": [_uuid_or_none(record.headers.get("ce_id")) for record in records],
        "type": [record.headers.get("ce_type") for record in records],
        "headers": [orjson.dumps(record.headers).decode() for record in records],
        "value": [record.value for record in records],
    }
    return list((await session.execute(_INSERT, parameters)).scalars())


async def _send_dead_letter(session: AsyncSession, record: Record) -> None:
    await session.execute(
        _DEAD_LETTER,
        {
            "event_id": new_id(),
            "type": record.headers.get("ce_type", "unknown"),
            "topic": record.topic + DEAD,
            "key": record.key,
            "traceparent": record.headers.get("traceparent"),
            "payload": record.value or b"",
        },
    )


def _uuid_or_none(value: str | None) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        return None
