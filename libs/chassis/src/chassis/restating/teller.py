"""Teller (snapshot worker): tells the rows of a subject again, a chunk a transaction, so slowly that nothing waits.

A chunk locks its rows (`FOR SHARE`), reads them and writes its events in one transaction: a change before it is in
what was read, a change after it has a later event. It never waits for a row that somebody else changes, since it
would hold others up meanwhile; it takes fewer rows and comes again.
"""

# ruff: noqa: S608 - nothing but what a service says of its own tables is put into a statement

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import metrics, outbox
from chassis.infrastructure_errors import sqlstate
from chassis.logging import get_logger
from chassis.periodic import Periodic
from chassis.restating import orders
from chassis.restating.orders import FIRST, Order
from chassis.runtime import Resources
from contracts.restated import Restated, ended_event

log = get_logger(__name__)

R = TypeVar("R", bound=Resources)
R_contra = TypeVar("R_contra", bound=Resources, contravariant=True)

IDLE_SECONDS: Final = 1.0
BEHIND_SECONDS: Final = 0.1
LOCKED_SECONDS: Final = 0.05
_LOCKED: Final = "55P03"
_UNSENT = (
    "SELECT count(*) FROM (SELECT o.id FROM outbox o, outbox_cursor c WHERE o.id > c.id ORDER BY o.id LIMIT $1) unsent"
)

Events = Callable[[AsyncSession, R_contra, Sequence[UUID], UUID], Awaitable[Sequence[Restated]]]


@dataclass(frozen=True, kw_only=True)
class Restatement(Generic[R_contra]):
    """A subject that can be told again.

    `restated`: its event. `table`, `key`, `where`: its rows, told in the order of `key`, a UUID; whoever changes one
    does so before writing the event that tells of it. `events(session, runtime, keys, restatement_id)`: what is to be
    told of rows that are locked; one event a key.
    """

    restated: type[Restated]
    table: str
    key: str
    events: Events[R_contra]
    where: str = "true"

    @property
    def subject(self) -> str:
        """What it is called in orders."""
        return self.restated.SUBJECT

    async def keys(self, session: AsyncSession, after: UUID, limit: int) -> list[UUID]:
        """The keys of the next rows, locked against changes. Raises DBAPIError (55P03) where one is being changed."""
        statement = text(
            f"SELECT {self.key} FROM {self.table} WHERE {self.key} > :after AND {self.where}"
            f" ORDER BY {self.key} LIMIT :limit FOR SHARE NOWAIT"
        )
        return list((await session.execute(statement, {"after": after, "limit": limit})).scalars())

    async def count(self, session: AsyncSession) -> int:
        """How many rows there are."""
        statement = text(f"SELECT count(*) FROM {self.table} WHERE {self.where}")
        return int((await session.execute(statement)).scalar_one())


class Teller(Generic[R]):
    """Tells what was ordered, one order after the other; several processes take turns by the order's row."""

    def __init__(self, restatements: Sequence[Restatement[R]]) -> None:
        """`restatements`: all that the service can tell again."""
        self._known: Mapping[str, Restatement[R]] = {one.subject: one for one in restatements}

    def job(self) -> Periodic[R]:
        """The worker."""
        return Periodic("restatements", self.run, IDLE_SECONDS)

    async def run(self, runtime: R) -> float | None:
        """Tell one chunk; the seconds after which the next is due, None where nothing was ordered."""
        settings = runtime.settings
        if await runtime.pool.fetchval(_UNSENT, settings.restate_batch) >= settings.restate_batch:
            return BEHIND_SECONDS  # what others tell goes first
        began, limit = time.monotonic(), settings.restate_batch
        while True:
            try:
                told = await self._chunk(runtime, limit)
                break
            except DBAPIError as error:
                if sqlstate(error) != _LOCKED:
                    raise
                if limit == 1:
                    return LOCKED_SECONDS
                limit //= 2
        if told is None:
            return None
        runtime.wake_relay()
        return max(0.0, told / settings.restate_rows_per_second - (time.monotonic() - began))

    async def _chunk(self, runtime: R, limit: int) -> int | None:
        """Tell the next rows of the order at hand; how many, or None where there is no order."""
        async with runtime.sessions() as session, session.begin():
            order = await orders.claim(session)
            if order is None:
                return None
            subject = self._known.get(order.subject)
            if subject is None:
                log.error("nobody knows what was ordered to be told again", subject=order.subject)
                await orders.end(session, order.restatement_id, "dropped")
                return 0
            expected = order.expected or 0
            if order.begun_at is None:
                expected = await subject.count(session)
                await orders.begin(session, order.restatement_id, expected)
                log.info("telling state again", subject=order.subject, rows=expected, ordered_by=order.ordered_by)
            keys = await subject.keys(session, order.done_key or FIRST, limit)
            if keys:
                events = await subject.events(session, runtime, keys, order.restatement_id)
                if len(events) != len(keys):
                    raise ValueError(f"{order.subject}: {len(events)} events for {len(keys)} rows")
                await outbox.add(session, *events)
                await orders.advance(session, order.restatement_id, len(keys), keys[-1])
            else:
                await self._end(session, subject, order)
        metrics.RESTATEMENT_TOLD.labels(order.subject).set(order.told + len(keys))
        metrics.RESTATEMENT_EXPECTED.labels(order.subject).set(expected)
        return len(keys)

    async def _end(self, session: AsyncSession, subject: Restatement[R], order: Order) -> None:
        ended = ended_event(subject.restated)
        await outbox.add(session, ended(restatement_id=order.restatement_id, subject=order.subject, told=order.told))
        await orders.end(session, order.restatement_id, "done")
        log.info("state was told again", subject=order.subject, rows=order.told, ordered_by=order.ordered_by)
