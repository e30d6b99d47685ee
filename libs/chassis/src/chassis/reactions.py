"""Event handlers of a service: event types and their handlers, and how a record becomes an event."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import telemetry
from chassis.kafka_record import Record
from chassis.restating import heard
from chassis.runtime import Resources
from contracts.event import Event
from contracts.restated import Restated, RestatementEnded, ended_event

E = TypeVar("E", bound=Event)
R = TypeVar("R", bound=Resources)


@dataclass(frozen=True)
class Received(Generic[E]):
    """An event with its envelope. `time` is the business time of the fact."""

    data: E
    id: UUID
    time: datetime
    key: str | None
    recorded_at: datetime | None = None
    traceparent: str | None = None
    position: int | None = None  # in its publisher's outbox


Handler = Callable[[Sequence[Received[Any]], AsyncSession, R], Awaitable[None]]
Before = Callable[[Sequence[Received[Any]], AsyncSession], Awaitable[None]]


class Malformed(ValueError):
    """The message is no event of the type it claims to be: trying again cannot help."""


class Misplaced(Malformed):
    """The message came on a topic, or in the name of a service, that its type does not belong to.

    Whoever may write to one topic must not be believed what only another may say, nor hold back others' events by it.
    """


class Reactions(Generic[R]):
    """All events a service reacts to. One handler a type; it gets a run of events of that type, in order.

    `R` is the runtime the handlers are given.
    """

    def __init__(self, group: str, before: Before | None = None) -> None:
        """`group`: the consumer group, one per service.

        `before` comes before the handlers, once for all events of a transaction: it may lock what they will change, in
        the order in which everybody else does.
        """
        self.group = group
        self._before = before
        self._handlers: dict[str, tuple[type[Event], Handler[R]]] = {}
        self._facts: set[type[Event]] = set()
        self._editions: dict[str, int] = {}

    def on(self, event: type[Event]) -> Callable[[Handler[R]], Handler[R]]:
        """Register `handler(events, session, runtime)` for a type; its effects commit with the inbox rows."""

        def register(handler: Handler[R]) -> Handler[R]:
            if event.event_type() in self._handlers:
                raise ValueError(f"{event.event_type()} has a handler already")
            self._handlers[event.event_type()] = (event, handler)
            return handler

        return register

    def restated(
        self, event: type[Restated], *facts: type[Event], edition: int = 1
    ) -> Callable[[Handler[R]], Handler[R]]:
        """Register a handler for state told again (`contracts.restated`); it gets none that came late.

        `facts`: the types by which the same is told as it happens, on the snapshot's topic and under its key; `edition`
        grows by one with each fact of the subject that this service begins to keep.
        Raises ValueError where a fact travels another way, since its order would be lost.
        """
        for fact in facts:
            if (fact.TOPIC, fact.KEY) != (event.TOPIC, event.KEY):
                raise ValueError(f"{fact.event_type()} does not travel as {event.event_type()} does")
        ended = ended_event(event)
        if ended.event_type() not in self._handlers:
            self.on(ended)(_counted)
        self._facts |= set(facts)
        self._editions[event.SUBJECT] = edition
        return self.on(event)

    @property
    def topics(self) -> set[str]:
        """The topics the handled types travel on."""
        return {event.TOPIC for event, _ in self._handlers.values()}

    def concerns(self, record: Record) -> bool:
        """Whether a record must be looked at: its type has a handler, or it has no type at all."""
        event_type = record.headers.get("ce_type")
        return event_type is None or event_type in self._handlers

    def parse(self, record: Record) -> Received[Any]:
        """The event of a record. Raises Malformed, Misplaced."""
        headers = record.headers
        try:
            event, _ = self._handlers[headers["ce_type"]]
            if record.topic != event.TOPIC:
                raise Misplaced(f"its type belongs on {event.TOPIC}")
            if headers["ce_source"] != event.source():
                raise Misplaced(f"its type is told by {event.source()} alone")
            recorded = headers.get("ce_recordedtime")
            if issubclass(event, Restated) and "ce_sequence" not in headers:
                raise Malformed("a snapshot must say its place among the events of its publisher")
            return Received(
                data=event.model_validate_json(record.value or b""),
                id=UUID(headers["ce_id"]),
                time=_instant(headers["ce_time"]),
                key=record.key,
                recorded_at=_instant(recorded) if recorded else None,
                traceparent=headers.get("traceparent"),
                position=int(headers["ce_sequence"]) if "ce_sequence" in headers else None,
            )
        except ValidationError as error:
            where = ", ".join(".".join(map(str, e["loc"])) + ": " + e["type"] for e in error.errors())
            raise Malformed(where[:500]) from error
        except Malformed:
            raise
        except (KeyError, ValueError) as error:
            raise Malformed(f"envelope: {type(error).__name__} {error}"[:200]) from error

    async def handle(self, events: Sequence[Received[Any]], session: AsyncSession, runtime: R) -> None:
        """Give runs of one type to their handlers. Events of one key keep their order, others may change places."""
        if self._before is not None and events:
            await self._before(events, session)
        if self._editions:
            events = await heard.without_late(session, events, self._facts)
        for run in runs(events):
            telemetry.enter(run[0].traceparent)
            await self._handlers[run[0].data.event_type()][1](run, session, runtime)
        if self._editions:  # last: from here on nothing else is locked
            await heard.count(session, events, self._editions)


async def _counted(_: Sequence[Received[RestatementEnded]], __: AsyncSession, ___: Resources) -> None:
    """What ends a restatement is counted with its rows, and has no other effect."""


def runs(events: Sequence[Received[Any]]) -> list[list[Received[Any]]]:
    """Events as few and long runs of one type; those of one key, and those without a key, stay in their order.

    Households are announced one after the other, each with its members: taken as they come, such events would make
    runs of one or two. Only the order of a key is promised, and no more by the broker: keys lie in many partitions.
    """
    made: list[list[Received[Any]]] = []
    of_type: dict[type[Event], list[int]] = {}
    last_of_key: dict[str | None, int] = {}
    for event in events:
        places = of_type.setdefault(type(event.data), [])
        earliest = bisect_left(places, last_of_key.get(event.key, 0))
        if earliest == len(places):
            places.append(len(made))
            made.append([])
        place = last_of_key[event.key] = places[earliest]
        made[place].append(event)
    return made


def _instant(written: str) -> datetime:
    instant = datetime.fromisoformat(written)
    if instant.tzinfo is None:
        raise ValueError("a time without its zone")
    return instant
