"""Use cases of roll-out phases."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.distribution import plans
from card_service.distribution.models import Plan
from card_service.distribution.schemas import PlanAccepted, PlanIn
from card_service.rollout import repository
from card_service.rollout.errors import PhaseExists, PhaseNotFound, PhaseStateConflict
from card_service.rollout.models import Phase
from card_service.rollout.phases import IllegalStep, PhaseState, Step, after
from card_service.rollout.schemas import PhaseIn
from card_service.scopes import ensure_own
from chassis import outbox
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.card import RolloutPhaseChanged


async def create_phase(session: AsyncSession, deps: Dependencies, caller: Principal, given: PhaseIn) -> Phase:
    """Enter a phase, planned. Raises PhaseExists."""
    ensure_own(caller, given.governorate)
    services = tuple(sorted({str(service) for service in given.services}))
    phase = Phase(new_id(), given.name, given.governorate, given.sequence, services, PhaseState.PLANNED, None)
    if not await repository.create_phase(session, phase, deps.now()):
        raise PhaseExists(detail_ar="اختر اسماً وترتيباً آخرين.")
    await outbox.add(session, _changed(phase, PhaseState.PLANNED))
    return phase


def _changed(phase: Phase, state: PhaseState) -> RolloutPhaseChanged:
    return RolloutPhaseChanged(
        phase_id=phase.phase_id, governorate=phase.governorate, name=phase.name, state=str(state)
    )


async def phase_of(session: AsyncSession, caller: Principal, phase_id: UUID, *, lock: bool = False) -> Phase:
    """A phase the caller may see. Raises PhaseNotFound."""
    return caller.bound.own(await repository.find_phase(session, phase_id, lock=lock), PhaseNotFound)


async def move_phase(session: AsyncSession, caller: Principal, phase_id: UUID, step: Step) -> Phase:
    """Move a phase by a step the caller orders. Raises PhaseNotFound, PhaseStateConflict."""
    phase = await phase_of(session, caller, phase_id, lock=True)
    await take_step(session, phase, step)
    return phase


async def take_step(session: AsyncSession, phase: Phase, step: Step) -> None:
    """Move a phase whose row is locked. Raises PhaseStateConflict."""
    try:
        state = after(phase.state, step, phase.state_before_pause)
    except IllegalStep as error:
        raise PhaseStateConflict.of(phase.state, step) from error
    if state is phase.state:
        return
    await repository.set_state(session, phase.phase_id, state, phase.state if state is PhaseState.PAUSED else None)
    await outbox.add(session, _changed(phase, state))


async def order_plan(
    session: AsyncSession, deps: Dependencies, caller: Principal, phase_id: UUID, given: PlanIn
) -> PlanAccepted:
    """Order a pick-up plan for a phase, or its draft, which leaves the phase where it is.

    Raises WeekIsOver, what `move_phase` raises, PlanUnderWay.
    """
    plans.ensure_ahead(deps, given.week_start, given.weeks)
    if given.draft:
        await phase_of(session, caller, phase_id)
    else:
        await move_phase(session, caller, phase_id, Step.DISTRIBUTE)
    return await plans.order(session, deps, caller, phase_id, given)


async def start_plan(session: AsyncSession, deps: Dependencies, caller: Principal, plan_id: UUID) -> Plan:
    """Carry a draft out that was looked at, as a plan that is ordered.

    Raises PlanNotFound, PlanNotDraft, WeekIsOver, what `move_phase` raises, PlanUnderWay.
    """
    # The phase first, as an order of a plan does: it is what they wait for each other at.
    found = await plans.find(session, caller, plan_id)
    await move_phase(session, caller, found.phase_id, Step.DISTRIBUTE)
    await plans.start(session, deps, caller, await plans.draft_of(session, caller, plan_id))
    return await plans.find(session, caller, plan_id)
