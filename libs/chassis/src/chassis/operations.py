"""Admin API of every service, for operators: see and replay events set aside, move training time.

What gives an event up or publishes all again takes two persons: `approvals.operations`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path, Request
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import text

from chassis import dead_letters, training
from chassis.auth import Caller
from chassis.clock import TrainingClock
from chassis.db import Reading, Work
from chassis.paging import Page, Paging, by_number
from chassis.problems import NotFound, TrainingDisabled
from chassis.routing import Router, router
from chassis.runtime import Runtime, get_runtime
from contracts.scopes import Scope

_LIST = text("SELECT * FROM parked_event WHERE state IN ('dead', 'parked') AND id > :after ORDER BY id LIMIT :limit")
# In the order of settling; one shows when all transactions that began before its own are over, so that nothing is
# settled behind what was read already.
_SETTLED = text(
    "SELECT * FROM parked_event WHERE state IN ('replayed', 'discarded')"
    " AND coalesce(settled_in, '0'::xid8) < pg_snapshot_xmin(pg_current_snapshot())"
    " AND (coalesce(settled_in, '0'::xid8), id) > ALL"
    " (SELECT coalesce(settled_in, '0'::xid8), id FROM parked_event WHERE id = :after)"
    " ORDER BY coalesce(settled_in, '0'::xid8), id LIMIT :limit"
)

ParkedId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class ParkedEvent(BaseModel):
    """An event set aside. Its contents are not shown: they may be personal."""

    id: int
    state: str
    topic: str
    partition: int
    offset: int
    key: str | None
    event_id: str | None
    type: str | None
    reason: str
    parked_at: datetime
    settled_at: datetime | None
    settled_by: str | None
    settled_reason: str | None


class ParkedEvents(Page[ParkedEvent, int]):
    """A page of events set aside, oldest first; of settled ones, first settled first."""


class Handled(BaseModel):
    """How many events were handled."""

    handled: int


# Whence business time can go on without coming to the end of what dates can be.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class ClockSetting(BaseModel):
    """Where business time shall go on from; null brings it back to the present."""

    now: Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST)] | None


class ClockReading(BaseModel):
    """The present as the business sees it."""

    now: datetime


_WHOLE = "an event set aside is the service's own, whoever operates it"


def operations_router(name: str) -> Router:
    """The routes, under `/v1/operations/{name}` and `/v1/training/clock/{name}`."""
    routes = router(tags=["operations"])
    base = f"/v1/operations/{name}"

    @routes.get(
        f"{base}/parked-events",
        scopes=(Scope.OPERATIONS_READ, Scope.OPERATIONS_WRITE),
        operation_id=f"{name}_list_parked_events",
    )
    async def list_parked(
        session: Reading,
        page: Annotated[Paging[int], by_number(100, 500)],
        settled: bool = False,
    ) -> ParkedEvents:
        """Events set aside in this service, oldest first; with `settled` those that were, in order of settling."""
        rows = (await session.execute(_SETTLED if settled else _LIST, page.bounds)).all()
        return ParkedEvents.of(page, [_parked(row) for row in rows], lambda event: event.id)

    @routes.post(
        f"{base}/parked-events/{{parked_id}}/replay",
        scopes=Scope.OPERATIONS_WRITE,
        problems=(dead_letters.NotReplayable,),
        operation_id=f"{name}_replay_parked_event",
        anyone=_WHOLE,
    )
    async def replay(parked_id: ParkedId, request: Request, caller: Caller, session: Work) -> Handled:
        """Handle a dead event again and those that wait behind it, in order, up to the next one that fails."""
        runtime: Runtime[object] = request.app.state.runtime
        if runtime.reactions is None:
            raise NotFound("This service consumes no events.", detail_ar="هذه الخدمة لا تستقبل أحداثاً.")
        by = caller.actor.who
        return Handled(handled=await dead_letters.replay(session, runtime, runtime.reactions, parked_id, by))

    _declare_clock(routes, name)
    return routes


def _declare_clock(routes: Router, name: str) -> None:
    @routes.put(
        f"/v1/training/clock/{name}",
        scopes=Scope.TRAINING_CLOCK,
        problems=(TrainingDisabled,),
        operation_id=f"{name}_set_clock",
    )
    async def set_clock(body: ClockSetting, request: Request) -> ClockReading:
        """Move business time in a training system. It stays moved when the service is started again."""
        runtime = get_runtime(request)
        clock = runtime.clock
        if not isinstance(clock, TrainingClock):
            raise TrainingDisabled("This system runs on real time.", detail_ar="هذا النظام يعمل بالوقت الحقيقي.")
        async with runtime.sessions() as session, session.begin():
            version, ahead = await training.move(session, body.now)
        clock.follow(version, ahead)
        return ClockReading(now=clock.now())


def _parked(row: Any) -> ParkedEvent:
    return ParkedEvent(
        id=row.id,
        state=row.state,
        topic=row.topic,
        partition=row.partition,
        offset=row.log_offset,
        key=row.key,
        event_id=str(row.event_id) if row.event_id else None,
        type=row.type,
        reason=row.reason,
        parked_at=row.parked_at,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        settled_reason=row.settled_reason,
    )
