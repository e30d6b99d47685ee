"""Admin API of every service, for operators: replay or discard events set aside, republish, move training time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Request
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import text

from chassis import dead_letters, training
from chassis.clock import TrainingClock
from chassis.db import Reading, Work
from chassis.endpoints import Rate
from chassis.paging import Page, Paging, by_number
from chassis.problems import Conflict, NotFound, TrainingDisabled
from chassis.routing import Router, router
from chassis.runtime import Runtime, get_runtime
from contracts.scopes import Scope

_LIST = text(
    "SELECT id, state, topic, partition, log_offset, key, event_id, type, reason, parked_at FROM parked_event"
    " WHERE state IN ('dead', 'parked') AND id > :after ORDER BY id LIMIT :limit"
)
# A row's day is that on which its transaction began.
_SINCE = text(
    "SELECT count(*) AS events, min(o.id) - 1 AS before, (SELECT max(created_at) FROM outbox) AS newest FROM outbox o"
    " WHERE o.created_at >= :since AND o.created_on >= CAST(CAST(:since AS timestamptz) AT TIME ZONE 'utc' AS date) - 1"
)
# Never forward: what has not been published yet stays ahead.
_REWIND = text("UPDATE outbox_cursor SET id = least(id, :before) RETURNING id")
_AHEAD = text("SELECT count(*) FROM outbox WHERE id > :id")

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


class ParkedEvents(Page[ParkedEvent, int]):
    """A page of events set aside, oldest first."""


class Handled(BaseModel):
    """How many events were handled."""

    handled: int


class Republish(BaseModel):
    """From when on events shall be published once more: the real time at which they were recorded."""

    since: AwareDatetime


class NothingToRepublish(Conflict):
    """No event was recorded since that instant"""

    code = "nothing_to_republish"
    title_ar = "لا توجد أحداث مسجلة منذ هذا الوقت"


class Republished(BaseModel):
    """How many retained events the relay publishes again."""

    events: int


class ClockSetting(BaseModel):
    """Where business time shall go on from; null brings it back to the present."""

    now: AwareDatetime | None


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
    ) -> ParkedEvents:
        """Events set aside in this service, oldest first."""
        rows = (await session.execute(_LIST, page.bounds)).all()
        return ParkedEvents.of(page, [_parked(row) for row in rows], lambda event: event.id)

    @routes.post(
        f"{base}/parked-events/{{parked_id}}/replay",
        scopes=Scope.OPERATIONS_WRITE,
        problems=(dead_letters.NotReplayable,),
        operation_id=f"{name}_replay_parked_event",
        anyone=_WHOLE,
    )
    async def replay(parked_id: ParkedId, request: Request, session: Work) -> Handled:
        """Handle a dead event again and those that wait behind it, in order, up to the next one that fails."""
        runtime: Runtime[object] = request.app.state.runtime
        if runtime.reactions is None:
            raise NotFound("This service consumes no events.")
        return Handled(handled=await dead_letters.replay(session, runtime, runtime.reactions, parked_id))

    @routes.post(
        f"{base}/parked-events/{{parked_id}}/discard",
        scopes=Scope.OPERATIONS_WRITE,
        operation_id=f"{name}_discard_parked_event",
        anyone=_WHOLE,
    )
    async def discard(parked_id: ParkedId, session: Work) -> Handled:
        """Give an event up; those behind it are handled within seconds."""
        await dead_letters.discard(session, parked_id)
        return Handled(handled=0)

    @routes.post(
        f"{base}/republish",
        scopes=Scope.OPERATIONS_WRITE,
        rate=Rate.BULK,
        operation_id=f"{name}_republish",
        status_code=202,
        problems=(NothingToRepublish,),
    )
    async def republish(body: Republish, session: Work) -> Republished:
        """Publish all events recorded since an instant once more, of real time; consumers know repeats by their id."""
        found = (await session.execute(_SINCE, {"since": body.since})).one()
        if not found.events:
            newest = found.newest.isoformat() if found.newest else "none is retained"
            raise NothingToRepublish(
                f"No event was recorded since {body.since.isoformat()}; the newest: {newest}. `since` is an instant of"
                " real time, also where a training system's business time was moved.",
                detail_ar="لا توجد أحداث مسجلة منذ هذا الوقت. اكتب الوقت الفعلي لا وقت التدريب.",
            )
        cursor = (await session.execute(_REWIND, {"before": found.before})).scalar_one()
        return Republished(events=(await session.execute(_AHEAD, {"id": cursor})).scalar_one())

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
            raise TrainingDisabled("This system runs on real time.")
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
    )
