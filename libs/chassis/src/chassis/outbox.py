"""Transactional outbox: an event commits with the change it tells of, or neither does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import Clock
from chassis.ids import new_id
from chassis.row_arrays import statement
from chassis.telemetry import current_traceparent
from contracts.event import Event

CLOCK = "clock"
# Less than what producer and broker take, so that no event can stand in the relay's way.
MAX_EVENT_BYTES = 900_000

# Begins a part of a statement that writes events beside other rows; a SELECT of these columns in order follows.
INSERT = "INSERT INTO outbox (event_id, type, topic, key, time, traceparent, payload)"
# The same where the service renders events of its rows (`chassis.relay`): without a payload, `source_id` names the row.
INSERT_RENDERED = f"{INSERT[:-1]}, source_id)"
_ADD = statement(
    f"{INSERT}"  # noqa: S608 - its own columns
    " SELECT r.event_id, r.type, r.topic, r.key, CAST(:time AS timestamptz), CAST(:traceparent AS text), r.payload"
    " FROM <numbered rows> ORDER BY r.n",
    event_id="uuid",
    type="text",
    topic="text",
    key="text",
    payload="bytea",
)


@dataclass
class OutboxColumns:
    """Events as parallel arrays, for set-based statements that write them beside other rows."""

    event_id: list[UUID] = field(default_factory=list)
    type: list[str] = field(default_factory=list)
    topic: list[str] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    payload: list[bytes] = field(default_factory=list)


def columns(events: Iterable[Event]) -> OutboxColumns:
    """Encode events column by column, each with a new id. Raises ValueError for one over `MAX_EVENT_BYTES`."""
    encoded = OutboxColumns()
    for event in events:
        payload = event.model_dump_json().encode()
        if len(payload) > MAX_EVENT_BYTES:
            raise ValueError(f"{event.event_type()} of {len(payload)} bytes is too large for an event")
        encoded.event_id.append(new_id())
        encoded.type.append(event.event_type())
        encoded.topic.append(event.TOPIC)
        encoded.key.append(event.partition_key())
        encoded.payload.append(payload)
    return encoded


async def add(session: AsyncSession, *events: Event, at: datetime | None = None) -> None:
    """Write events in the session's transaction; the relay publishes them after the commit.

    `at` is the business time of the events, the clock's present by default. A few thousand at once is fine.
    """
    if not events:
        return
    clock: Clock = session.info.get(CLOCK) or Clock()
    parameters = {"time": at or clock.now(), "traceparent": current_traceparent(), **vars(columns(events))}
    await session.execute(_ADD, parameters)
