"""Use cases of trials: opened for a governorate, peopled with test households, carried out, and looked at.

What belongs to a trial is flagged where it is made and stays so: no real household is ever turned into a test one.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import minting
from card_service.cards import repository as card_rows
from card_service.cards import service as cards
from card_service.cards.lifecycle import ENDED, Action
from card_service.cards.models import NewCard, Step
from card_service.dependencies import Dependencies
from card_service.keys import TRIAL_STEPS, TRIAL_TIMES
from card_service.registry import repository as register
from card_service.registry import service as registering
from card_service.registry import telling
from card_service.scopes import ensure_own
from card_service.sealing import MOBILE
from card_service.trials import outcome, repository
from card_service.trials.errors import (
    MobileNotOfTrial,
    NotForTrials,
    StepUnknown,
    TrialClosed,
    TrialNameTaken,
    TrialSiteElsewhere,
    TrialUnknown,
)
from card_service.trials.models import Check, Outcome, TestCard, Trial, Unit
from card_service.trials.schemas import (
    ActivationIn,
    CheckIn,
    StepOut,
    TestHouseholdIn,
    TestHouseholdOut,
    TrialIn,
    TrialOut,
    TrialReport,
    UnitOut,
)
from chassis import mobiles, outbox
from chassis.clock import month_start
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.card import CardActivated

SYSTEM, OVER = "system", "trial_over"
HAND_OVER, SET_PIN = "hand_over", "set_pin"


async def open_trial(session: AsyncSession, deps: Dependencies, caller: Principal, given: TrialIn) -> Trial:
    """Open a trial. Raises OutsideBound or TrialNameTaken."""
    ensure_own(caller, given.governorate)
    trial = Trial(new_id(), given.name, given.governorate, "open", deps.now(), None)
    if not await repository.open_trial(session, trial, caller.subject):
        raise TrialNameTaken(detail_ar="اختر اسماً آخر.")
    return trial


async def trial_of(session: AsyncSession, caller: Principal, trial_id: UUID) -> Trial:
    """A trial of the caller's area. Raises TrialUnknown."""
    return caller.bound.own(await repository.find(session, trial_id), TrialUnknown)


async def _open_one(session: AsyncSession, caller: Principal, trial_id: UUID) -> Trial:
    """One that goes on, its row locked. Raises TrialUnknown or TrialClosed."""
    trial = caller.bound.own(await repository.find(session, trial_id, lock=True), TrialUnknown)
    if trial.state == "closed":
        raise TrialClosed(detail_ar="افتح تجربة جديدة.")
    return trial


async def close(session: AsyncSession, deps: Dependencies, caller: Principal, trial_id: UUID) -> Trial:
    """End a trial, and its cards with it. Raises TrialUnknown or TrialClosed."""
    await _open_one(session, caller, trial_id)
    now = deps.now()
    for card in await repository.cards(session, trial_id):
        if card.state not in ENDED:
            await cards.close_cards_of(session, card.citizen_id, OVER, now, caller.subject)
    await repository.close(session, trial_id, caller.subject, now)
    return await trial_of(session, caller, trial_id)


async def add_unit(session: AsyncSession, deps: Dependencies, caller: Principal, trial_id: UUID, unit: Unit) -> None:
    """Let a place take part. Raises TrialUnknown, TrialClosed or NotForTrials."""
    trial = await _open_one(session, caller, trial_id)
    if not await repository.may_take_part(session, unit, trial.governorate):
        raise NotForTrials(detail_ar="سجل منفذاً أو جهة علاج للتجربة أولاً، أو اختر مكان استلام من محافظة التجربة.")
    await repository.add_unit(session, trial_id, unit, caller.subject, deps.now())


async def add_numbers(
    session: AsyncSession, deps: Dependencies, caller: Principal, trial_id: UUID, given: list[str]
) -> int:
    """Let SMS of the trial go to these numbers, too; how many. Raises TrialUnknown, TrialClosed or MobileNotOfTrial."""
    await _open_one(session, caller, trial_id)
    await repository.add_numbers(session, trial_id, sorted({_mark(deps, one) for one in given}))
    return await repository.numbers(session, trial_id)


def _mark(deps: Dependencies, given: str) -> bytes:
    number = mobiles.normalise(given)
    if number is None:
        raise MobileNotOfTrial(detail_ar="اكتب رقم هاتف محمول مصري صحيح.")
    return deps.vault.fingerprint(number, MOBILE)


async def add_household(
    session: AsyncSession, deps: Dependencies, caller: Principal, trial_id: UUID, given: TestHouseholdIn
) -> TestHouseholdOut:
    """Register a test household; its head's card lies ready at the site.

    Raises TrialUnknown, TrialClosed, TrialSiteElsewhere, MobileNotOfTrial, or what registering refuses.
    """
    trial = await _open_one(session, caller, trial_id)
    site = await card_rows.site(session, given.site_id, deps.now())
    units = await repository.units(session, trial_id)
    if Unit("site", given.site_id) not in units or site is None or site.governorate != trial.governorate:
        raise TrialSiteElsewhere(detail_ar="أضف مكان الاستلام إلى وحدات التجربة أولاً.")
    marks = {_mark(deps, one.mobile) for one in given.household.members if one.mobile}
    if marks - await repository.known(session, trial_id, sorted(marks)):
        raise MobileNotOfTrial(detail_ar="سجل رقم الهاتف ضمن أرقام التجربة أولاً.")
    ensure_own(caller, trial.governorate)
    if given.household.governorate != trial.governorate:
        raise TrialSiteElsewhere(detail_ar="الأسرة التجريبية من محافظة التجربة.")
    made, _ = await registering.register_household(session, deps, caller, given.household)
    await register.mark_trial(session, made.household_id, trial_id)
    marked = await registering.household_of(session, caller, made.household_id)
    await outbox.add(session, await telling.months_of(session, deps, marked, month_start(deps.today())))
    head = (await register.members(session, made.household_id))[0]
    (minted,) = await minting.mint(session, deps, 1)
    card = NewCard(
        card_id=minted.card_id,
        citizen_id=head.citizen_id,
        household_id=made.household_id,
        governorate=trial.governorate,
        number_hash=minted.number_hash,
        number_sealed=minted.number_sealed,
        site_id=given.site_id,
        phase_id=None,
    )
    await card_rows.insert(session, [card], deps.now(), caller.subject, str(trial_id))
    return TestHouseholdOut(household_id=made.household_id, card_id=card.card_id)


async def activate(
    session: AsyncSession, deps: Dependencies, caller: Principal, trial_id: UUID, given: ActivationIn
) -> int:
    """Activate the trial's cards that were handed over; how many. Raises TrialUnknown or TrialClosed."""
    await _open_one(session, caller, trial_id)
    now, services = deps.now(), sorted(set(given.services))
    homes = await repository.households(session, trial_id)
    step = Step.of(caller, Action.ACTIVATE, now, str(trial_id))
    activated = await card_rows.activate_of(session, homes, [str(one) for one in services], step)
    told = [
        CardActivated(
            card_id=card.card_id,
            citizen_id=card.citizen_id,
            household_id=card.household_id,
            governorate=card.governorate,
            district=card.district,
            members=card.members,
            services=services,
            phase_id=None,
            activated_at=now,
        )
        for card in activated
    ]
    await outbox.add(session, *told, at=now)
    return len(activated)


async def see(session: AsyncSession, deps: Dependencies, caller: Principal, trial_id: UUID, given: CheckIn) -> None:
    """Keep what somebody has seen of a step. Raises TrialUnknown, TrialClosed or StepUnknown."""
    await _open_one(session, caller, trial_id)
    if given.step not in deps.figure(TRIAL_STEPS):
        raise StepUnknown(detail_ar="راجع خطوات التجربة.", steps=", ".join(sorted(deps.figure(TRIAL_STEPS))))
    check = Check(given.step, given.result, caller.subject, deps.now())
    await repository.see(session, trial_id, check, given.note)


async def report(session: AsyncSession, deps: Dependencies, caller: Principal, trial_id: UUID) -> TrialReport:
    """A trial with what was seen of its script. Raises TrialUnknown."""
    trial = await trial_of(session, caller, trial_id)
    made = await repository.cards(session, trial_id)
    found = await _steps(session, deps, trial, made)
    return TrialReport(
        **TrialOut.of(trial).model_dump(),
        units=[UnitOut.of(one) for one in await repository.units(session, trial_id)],
        households=len(await repository.households(session, trial_id)),
        cards=len(made),
        numbers=await repository.numbers(session, trial_id),
        steps=[StepOut.of(one) for one in found],
        outcome=outcome.together(found),
    )


async def outcome_of(session: AsyncSession, deps: Dependencies, governorate: str) -> Outcome | None:
    """What the governorate's newest trial comes to, for the gate before distribution; None where there was none."""
    trial = await repository.newest(session, governorate)
    if trial is None:
        return None
    return outcome.together(await _steps(session, deps, trial, await repository.cards(session, trial.trial_id)))


async def _steps(session: AsyncSession, deps: Dependencies, trial: Trial, made: list[TestCard]) -> list[outcome.Step]:
    checks = [*await repository.checks(session, trial.trial_id), *_of_cards(made, trial)]
    return outcome.steps(sorted(deps.figure(TRIAL_STEPS)), deps.figure(TRIAL_TIMES), checks)


def _of_cards(made: list[TestCard], trial: Trial) -> list[Check]:
    """What this service's own rows prove: a card was handed over, a PIN was set."""
    handed = [card for card in made if card.issued_at is not None]
    seen = [Check(HAND_OVER, "passed", SYSTEM, card.issued_at or trial.opened_at) for card in handed]
    return seen + [
        Check(SET_PIN, "passed", SYSTEM, card.issued_at or trial.opened_at) for card in handed if card.has_pin
    ]
