"""What happens to requests by itself: terms run out, announced exclusions take effect."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.registry.requests import appeals, deciding, desk, repository
from card_service.registry.requests.details import Exclusion
from card_service.registry.requests.kinds import Appeal, Did, RequestKind, State
from card_service.registry.requests.models import ChangeRequest
from chassis import outbox
from chassis.clock import day_begins
from chassis.logging import get_logger
from chassis.metrics import BACKGROUND
from chassis.periodic import Periodic
from chassis.refusals import Refusal
from contracts.change_requests import ChangeRequestOverdue

log = get_logger(__name__)

AT_ONCE = 100
WAITING = Gauge("unicard_change_requests_waiting", "Change requests that wait", ["kind"], registry=BACKGROUND)
OVERDUE = Gauge(
    "unicard_change_requests_overdue", "Change requests that wait beyond their term", ["kind"], registry=BACKGROUND
)


async def run(runtime: Runtime) -> bool:
    """Escalate what is overdue, carry out what takes effect, and count what waits; whether there is more at once."""
    async with runtime.sessions() as session, session.begin():
        late = await repository.lock_due(session, runtime.state.dependencies.now(), AT_ONCE)
        for request in late:
            await _escalate(session, runtime, request)
    async with runtime.sessions() as session, session.begin():
        due = await repository.lock_taking_effect(session, runtime.state.dependencies.today(), AT_ONCE)
        for request in due:
            await _take_effect(session, runtime, request)
    async with runtime.sessions() as session:
        counts = await repository.counts(session, runtime.state.dependencies.now())
    for kind in RequestKind:
        waiting, overdue = counts.get(kind, (0, 0))
        WAITING.labels(kind).set(waiting)
        OVERDUE.labels(kind).set(overdue)
    if late or due:
        runtime.wake_relay()
    return AT_ONCE in {len(late), len(due)}


async def _escalate(session: AsyncSession, runtime: Runtime, request: ChangeRequest) -> None:
    """Tell that nobody has decided in time; a number that nobody has proven is given up."""
    deps, now = runtime.state.dependencies, runtime.state.dependencies.now()
    if request.state is State.UNPROVEN:
        await deciding.lapse(session, runtime, request)
        return
    appealed = request.state is not State.WAITING
    told = {"appeal_escalated_at": now} if appealed else {"escalated_at": now}
    await repository.change(session, request.request_id, now, **told)
    await desk.act(session, deps, request.request_id, Did.ESCALATED, desk.BY_ITSELF, now)
    due = request.appeal_due_at if appealed and request.appeal_due_at else request.due_at
    event = ChangeRequestOverdue(
        request_id=request.request_id,
        request=request.kind,
        household_id=request.household_id,
        governorate=request.governorate or "",
        due_at=due,
        appeal=appealed,
    )
    await outbox.add(session, event)


async def _take_effect(session: AsyncSession, runtime: Runtime, request: ChangeRequest) -> None:
    """Carry an announced exclusion out, as of the day announced; while an appeal runs, bread goes on.

    However late this runs: the months that it reaches are those of the announcement.
    """
    deps, now = runtime.state.dependencies, runtime.state.dependencies.now()
    details = desk.details_of(deps, request)
    if not isinstance(details, Exclusion):
        raise TypeError("only exclusions are announced")
    held = request.appeal is Appeal.OPEN and appeals.BREAD in details.programmes
    programmes: list[str] = [one for one in details.programmes if not (held and one == appeals.BREAD)]
    try:
        async with session.begin_nested():
            if programmes:
                await appeals.exclude(session, runtime, request, programmes, min(now, _begins(request)))
            state = State.ANNOUNCED if held else State.DONE
            await repository.change(session, request.request_id, now, state=state, held=held)
            await desk.act(session, deps, request.request_id, Did.CARRIED_OUT, desk.BY_ITSELF, now)
    except Refusal as refusal:  # why: the register has changed since; whoever it was about is not there any more
        log.warning("an announced exclusion lapses", request_id=str(request.request_id), code=refusal.code)
        await deciding.lapse(session, runtime, request, note=refusal.code)
        return
    if not held:
        await deciding.tell(session, await deciding.known(session, request.request_id), "done", now)


def _begins(request: ChangeRequest) -> datetime:
    if request.takes_effect_on is None:
        raise TypeError("what is announced has its day")
    return day_begins(request.takes_effect_on)


UPKEEP: Final[Periodic[Runtime]] = Periodic(
    "change_requests", run, lambda runtime: runtime.state.dependencies.settings.card_sweep_seconds
)
