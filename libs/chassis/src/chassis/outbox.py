"""Transactional outbox: an event commits with the change it tells of, or neither does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Self, TypeAlias
from uuid import UUID

import orjson
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


class Encoded(NamedTuple):
    """An event as it leaves, for those that are written by the hundred thousand: its model does not see it.

    A test holds each kind that is written so to what the model would have written. `ce_type`: its CloudEvents type.
    """

    ce_type: str
    topic: str
    key: str
    payload: bytes

    @classmethod
    def of(cls, kind: type[Event], values: Mapping[str, object]) -> Self:
        """`values`: all fields of the event, in the order of its class."""
        return cls(kind.event_type(), kind.TOPIC, str(values[kind.KEY]), orjson.dumps(values))


Outgoing: TypeAlias = "Event | Encoded"


@dataclass
class OutboxColumns:
    """Events as parallel arrays, for set-based statements that write them beside other rows."""

    event_id: list[UUID] = field(default_factory=list)
    type: list[str] = field(default_factory=list)
    topic: list[str] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    payload: list[bytes] = field(default_factory=list)


def _encoded(event: Outgoing) -> Encoded:
    if isinstance(event, Encoded):
        return event
    return Encoded(event.event_type(), event.TOPIC, event.partition_key(), event.model_dump_json().encode())


def columns(events: Iterable[Outgoing]) -> OutboxColumns:
    """Encode events column by column, each with a new id. Raises ValueError for one over `MAX_EVENT_BYTES`."""
    encoded = OutboxColumns()
    for event in map(_encoded, events):
        if len(event.payload) > MAX_EVENT_BYTES:
            raise ValueError(f"{event.ce_type} of {len(event.payload)} bytes is too large for an event")
        encoded.event_id.append(new_id())
        encoded.type.append(event.ce_type)
        encoded.topic.append(event.topic)
        encoded.key.append(event.key)
        encoded.payload.append(event.payload)
    return encoded


async def add(session: AsyncSession, *events: Outgoing, at: datetime | None = None) -> None:
    """Write events in the session's transaction; the relay publishes them after the commit.

    `at` is the business time of the events, the clock's present by default. A few thousand at once is fine.
    """
    if not events:
        return
    clock: Clock = session.info.get(CLOCK) or Clock()
    parameters = {"time": at or clock.now(), "traceparent": current_traceparent(), **vars(columns(events))}
    await session.execute(_ADD, parameters)
