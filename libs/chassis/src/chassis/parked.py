"""Events set aside: the dead ones, and those of the same key that wait behind them in order."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from aiokafka import ConsumerRecord
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import new_id
from chassis.kafka import DEAD
from chassis.metrics import EVENTS_CONSUMED, PARKED_EVENTS
from chassis.problems import Conflict, NotFound

if TYPE_CHECKING:
    from chassis.consumer import Reactions
    from chassis.runtime import Runtime

STRAGGLER_CHECK_SECONDS = 2.0

_INSERT = text(
    "INSERT INTO parked_event (state, topic, partition, log_offset, key, event_id, type, headers, value, reason)"
    " VALUES (:state, :topic, :partition, :log_offset, :key, :event_id, :type,"
    " CAST(:headers AS jsonb), :value, :reason)"
    " ON CONFLICT DO NOTHING"
)
_HELD = text(
    "SELECT DISTINCT key FROM parked_event WHERE state IN ('dead', 'parked') AND key = ANY(CAST(:keys AS text[]))"
)
_DEAD_LETTER = text(
    "INSERT INTO outbox (event_id, type, topic, key, time, traceparent, payload)"
    " VALUES (:event_id, :type, :topic, :key, now(), :traceparent, :payload)"
)
_OF_KEY = text(
    "SELECT * FROM parked_event WHERE state IN ('dead', 'parked') AND key IS NOT DISTINCT FROM :key"
    " ORDER BY id FOR UPDATE"
)
_ONE = text("SELECT * FROM parked_event WHERE id = :id FOR UPDATE")
_SETTLE = text(
    "UPDATE parked_event SET state = :state, settled_at = clock_timestamp() WHERE id = ANY(CAST(:ids AS bigint[]))"
)
_INBOX = text("INSERT INTO inbox (event_id) VALUES (:id) ON CONFLICT DO NOTHING RETURNING event_id")
_STRAGGLING = text(
    "SELECT DISTINCT key FROM parked_event p WHERE state = 'parked' AND NOT EXISTS"
    " (SELECT 1 FROM parked_event d WHERE d.key = p.key AND d.state = 'dead')"
)
_COUNT = text("SELECT count(*) FROM parked_event WHERE state IN ('dead', 'parked')")


@dataclass(frozen=True)
class Record:
    """A Kafka record, as far as it matters here."""

    topic: str
    partition: int
    offset: int
    key: str | None
    headers: dict[str, str]
    value: bytes | None

    @classmethod
    def of(cls, record: ConsumerRecord) -> Record:
        """From aiokafka's record; undecodable bytes are replaced, they are malformed anyway."""
        headers = {name: value.decode(errors="replace") for name, value in record.headers}
        key = record.key.decode(errors="replace") if record.key is not None else None
        return cls(record.topic, record.partition, record.offset, key, headers, record.value)

    @classmethod
    def of_row(cls, row: Row[Any]) -> Record:
        """From a row of `parked_event`."""
        return cls(row.topic, row.partition, row.log_offset, row.key, row.headers, row.value)


class NotReplayable(Conflict):
    """The event cannot be handled yet"""

    code = "event_not_replayable"
    title_ar = "لا يمكن إعادة معالجة الحدث بعد"


async def held_keys(session: AsyncSession, keys: set[str]) -> set[str]:
    """Those of `keys` whose events must wait."""
    return set((await session.execute(_HELD, {"keys": sorted(keys)})).scalars()) if keys else set()


async def park(session: AsyncSession, records: Sequence[Record]) -> None:
    """Let events wait behind a dead one of their key."""
    for record in records:
        await session.execute(_INSERT, _row(record, "parked", "waits behind a dead event of its key"))
        EVENTS_CONSUMED.labels(record.headers.get("ce_type", "unknown"), "parked").inc()


async def bury(session: AsyncSession, record: Record, reason: str) -> None:
    """Set an event aside and send it to its topic's dead-letter topic, both or neither."""
    inserted = await session.execute(_INSERT, _row(record, "dead", reason))
    if getattr(inserted, "rowcount", 0) == 0:
        return
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


async def replay_key(runtime: Runtime, reactions: Reactions, key: str | None) -> int:
    """Handle all waiting events of a key in order, in one transaction. Returns how many."""
    async with runtime.sessions() as session, session.begin():
        rows = (await session.execute(_OF_KEY, {"key": key})).all()
        await _handle(rows, session, runtime, reactions)
    runtime.wake_relay()
    return len(rows)


async def replay(runtime: Runtime, reactions: Reactions, parked_id: int) -> int:
    """Handle a dead event and all that wait behind it. Returns how many; raises NotFound or NotReplayable."""
    async with runtime.sessions() as session:
        row = (await session.execute(_ONE, {"id": parked_id})).one_or_none()
    if row is None or row.state not in {"dead", "parked"}:
        raise NotFound("No event is set aside under this number.")
    try:
        if row.key is not None:
            return await replay_key(runtime, reactions, row.key)
        async with runtime.sessions() as session, session.begin():
            await _handle([row], session, runtime, reactions)
        return 1
    except Exception as error:  # why: the operator must be told, whatever the handler raised
        raise NotReplayable(f"{type(error).__name__}: it was left as it is.") from error


async def discard(session: AsyncSession, parked_id: int) -> None:
    """Give an event up for good; those behind it are handled next. Raises NotFound."""
    row = (await session.execute(_ONE, {"id": parked_id})).one_or_none()
    if row is None or row.state not in {"dead", "parked"}:
        raise NotFound("No event is set aside under this number.")
    await session.execute(_SETTLE, {"ids": [parked_id], "state": "discarded"})


async def _handle(rows: Sequence[Row[Any]], session: AsyncSession, runtime: Runtime, reactions: Reactions) -> None:
    for row in rows:
        event = reactions.parse(Record.of_row(row))
        if (await session.execute(_INBOX, {"id": event.id})).scalar_one_or_none():
            await reactions.handle([event], session, runtime)
    await session.execute(_SETTLE, {"ids": [row.id for row in rows], "state": "replayed"})


async def count(session: AsyncSession) -> int:
    """How many events are set aside."""
    number = int((await session.execute(_COUNT)).scalar_one())
    PARKED_EVENTS.set(number)
    return number


async def straggling_keys(session: AsyncSession) -> list[str]:
    """Keys with waiting events but no dead one before them."""
    await count(session)
    return list((await session.execute(_STRAGGLING)).scalars())


class _Pace:
    """Keeps the look for stragglers rare."""

    next_at = 0.0


def may_have_stragglers() -> bool:
    """Whether it is time to look for stragglers again."""
    now = time.monotonic()
    if now < _Pace.next_at:
        return False
    _Pace.next_at = now + STRAGGLER_CHECK_SECONDS
    return True


def _row(record: Record, state: str, reason: str) -> dict[str, object]:
    return {
        "state": state,
        "topic": record.topic,
        "partition": record.partition,
        "log_offset": record.offset,
        "key": record.key,
        "event_id": _uuid_or_none(record.headers.get("ce_id")),
        "type": record.headers.get("ce_type"),
        "headers": orjson.dumps(record.headers).decode(),
        "value": record.value,
        "reason": reason[:500],
    }


def _uuid_or_none(value: str | None) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        return None
