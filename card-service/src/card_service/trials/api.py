"""Routes of trials."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from card_service.context import WithDependencies
from card_service.registry.errors import AlreadyRegistered, RationCardTaken, RegistrationRefused
from card_service.trials import repository, service
from card_service.trials.errors import (
    MobileNotOfTrial,
    NotForTrials,
    StepUnknown,
    TrialClosed,
    TrialNameTaken,
    TrialSiteElsewhere,
    TrialUnknown,
)
from card_service.trials.models import Unit
from card_service.trials.schemas import (
    ActivationIn,
    ActivationOut,
    CheckIn,
    NumbersIn,
    NumbersOut,
    TestHouseholdIn,
    TestHouseholdOut,
    TrialIn,
    TrialOut,
    TrialPage,
    TrialReport,
    UnitIn,
)
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.paging import Paging, by_id
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["trials"])
_READERS: Final = (Scope.ROLLOUT_READ, Scope.ROLLOUT_WRITE)
_ONE: Final = "/v1/trials/{trial_id}"


@routes.post("/v1/trials", scopes=Scope.ROLLOUT_WRITE, status_code=201, problems=TrialNameTaken)
async def open_trial(given: TrialIn, caller: Caller, session: Work, deps: WithDependencies) -> TrialOut:
    """Open a trial on sample units of a governorate."""
    return TrialOut.of(await service.open_trial(session, deps, caller, given))


@routes.get("/v1/trials", scopes=_READERS)
async def list_trials(caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(50, 200)]) -> TrialPage:
    """The trials of the caller's area, in the order they were opened."""
    found = await repository.page(session, caller.bound, page)
    return TrialPage.of(page, [TrialOut.of(one) for one in found], lambda one: one.trial_id)


@routes.get(_ONE, scopes=_READERS, problems=TrialUnknown)
async def read_trial(trial_id: UUID, caller: Caller, session: Reading, deps: WithDependencies) -> TrialReport:
    """A trial with its script: what was seen of each step, and what it all comes to."""
    return await service.report(session, deps, caller, trial_id)


@routes.post(
    f"{_ONE}/units", scopes=Scope.ROLLOUT_WRITE, status_code=201, problems=(TrialUnknown, TrialClosed, NotForTrials)
)
async def add_unit(trial_id: UUID, given: UnitIn, caller: Caller, session: Work, deps: WithDependencies) -> TrialReport:
    """Let a place take part: an outlet or a provider that was registered for trials, or a pick-up site.

    A new place is known here within seconds of its registration.
    """
    await service.add_unit(session, deps, caller, trial_id, Unit(given.unit_kind, given.unit_id))
    return await service.report(session, deps, caller, trial_id)


@routes.post(
    f"{_ONE}/numbers",
    scopes=Scope.ROLLOUT_WRITE,
    status_code=201,
    problems=(TrialUnknown, TrialClosed, MobileNotOfTrial),
)
async def add_numbers(
    trial_id: UUID, given: NumbersIn, caller: Caller, session: Work, deps: WithDependencies
) -> NumbersOut:
    """Name the telephones of those who try the system: SMS of the trial go to these alone."""
    return NumbersOut(numbers=await service.add_numbers(session, deps, caller, trial_id, given.mobiles))


@routes.post(
    f"{_ONE}/households",
    scopes=Scope.ROLLOUT_WRITE,
    status_code=201,
    problems=(
        TrialUnknown,
        TrialClosed,
        TrialSiteElsewhere,
        MobileNotOfTrial,
        RegistrationRefused,
        AlreadyRegistered,
        RationCardTaken,
    ),
    purpose="household_registration",
)
async def add_household(
    trial_id: UUID, given: TestHouseholdIn, caller: Caller, session: Work, deps: WithDependencies
) -> TestHouseholdOut:
    """Register a household that exists for the trial alone; its head's card lies ready at the site.

    It is handed over, given a PIN and used as any; where it may be used is kept apart.
    """
    return await service.add_household(session, deps, caller, trial_id, given)


@routes.post(f"{_ONE}/activation", scopes=Scope.ROLLOUT_WRITE, problems=(TrialUnknown, TrialClosed))
async def activate_cards(
    trial_id: UUID, given: ActivationIn, caller: Caller, session: Work, deps: WithDependencies
) -> ActivationOut:
    """Activate the trial's cards that were handed over."""
    return ActivationOut(activated=await service.activate(session, deps, caller, trial_id, given))


@routes.post(
    f"{_ONE}/checks",
    scopes=Scope.ROLLOUT_WRITE,
    status_code=201,
    problems=(TrialUnknown, TrialClosed, StepUnknown),
)
async def enter_check(
    trial_id: UUID, given: CheckIn, caller: Caller, session: Work, deps: WithDependencies
) -> TrialReport:
    """Enter what somebody has seen of a step: that it works, or that it does not."""
    await service.see(session, deps, caller, trial_id, given)
    return await service.report(session, deps, caller, trial_id)


@routes.post(f"{_ONE}/closing", scopes=Scope.ROLLOUT_WRITE, problems=(TrialUnknown, TrialClosed))
async def close_trial(trial_id: UUID, caller: Caller, session: Work, deps: WithDependencies) -> TrialOut:
    """End a trial: its cards are closed, its outcome stays."""
    return TrialOut.of(await service.close(session, deps, caller, trial_id))
