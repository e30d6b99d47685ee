"""Use cases: enrolling families, settling how they stand, contributions, exemptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.area import OF_THE_NATION
from chassis.clock import business_day, month_start
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.health import CoverageChanged
from health_service.cards import members as people
from health_service.cards import repository as cards
from health_service.context import Runtime
from health_service.coverage import repository
from health_service.coverage.repository import MEDICAL, Family, Ground
from health_service.coverage.schemas import (
    Contribution,
    ContributionReceipt,
    ContributionRequest,
    Coverage,
    Exemption,
    ExemptionRequest,
)
from health_service.errors import (
    AboveMaximum,
    BelowMinimum,
    CategoryUnknown,
    ContributionDiffers,
    ContributionReferenceUsed,
    ExemptionOfNoOne,
    ExemptionTooLong,
    HouseholdNotEnrolled,
    HouseholdUnknown,
    InsuredUnknown,
    MonthAlreadyPaid,
    MonthNotPayable,
    SpouseInsured,
)
from health_service.rules import contribution as rules
from health_service.rules.figures import SPOUSE, Figures
from health_service.rules.refusals import CardUnknown
from health_service.rules.standing import PENDING, UNABLE, Account, Standing, add_months, cover_begins, standing
from policybook.book import PolicyMissing

CONTRIBUTIONS_SHOWN = 24
ENTERS_EXEMPTIONS = "coverage:write"
MONTHS_A_YEAR = 12


async def enrol(session: AsyncSession, runtime: Runtime, days: Sequence[tuple[UUID, date]]) -> None:
    """Enrol families from a day on, without anything they have to do; those enrolled already stay as they are."""
    if days:
        columns: dict[str, Sequence[UUID | date]] = {
            "household_id": [family for family, _ in days],
            "day": [day for _, day in days],
        }
        await update_standing(session, runtime, sorted(await repository.enrol(session, columns)))


async def update_standing(session: AsyncSession, runtime: Runtime, household_ids: Sequence[UUID]) -> None:
    """Work out how families stand today, write it, and tell what has changed."""
    if not household_ids:
        return
    here = runtime.state
    figures = here.figures_at(runtime.clock.now())
    await repository.lock(session, household_ids)
    found = await repository.families(session, here.vault, household_ids)
    stands = [(family, standing(figures, family.account)) for family in found]
    await repository.update_standing(
        session,
        {
            "household_id": [family.household_id for family, _ in stands],
            **{name: [getattr(now, name) for _, now in stands] for name in ("state", "since", "exempt", "changes_on")},
        },
    )
    changed = [(family, now) for family, now in stands if _is_news(family, now)]
    await outbox.add(session, *(_told(family, now, figures.day) for family, now in changed))


async def family(session: AsyncSession, runtime: Runtime, household_id: UUID) -> Family | None:
    """A family's account, or None where it is not enrolled."""
    found = await repository.families(session, runtime.state.vault, [household_id])
    return found[0] if found else None


async def stands(session: AsyncSession, runtime: Runtime, household_id: UUID, at: datetime) -> tuple[Family, Standing]:
    """A family and how it stands on the day of an instant. Raises HouseholdNotEnrolled."""
    found = await family(session, runtime, household_id)
    if found is None:
        raise HouseholdNotEnrolled()
    return found, standing(runtime.state.figures_at(at), found.account)


async def contribute(
    session: AsyncSession, runtime: Runtime, caller: Principal, request: ContributionRequest
) -> ContributionReceipt:
    """Enter a contribution of an insured person; cover that was suspended begins again when the arrears are paid.

    Raises CategoryUnknown, BelowMinimum, AboveMaximum, HouseholdNotEnrolled, InsuredUnknown, SpouseInsured,
    MonthNotPayable, ContributionDiffers, ContributionReferenceUsed, MonthAlreadyPaid.
    """
    now = runtime.clock.now()
    await _within(session, caller, request.household_id)
    await repository.lock(session, [request.household_id])
    before = await family(session, runtime, request.household_id)
    if before is None:
        raise HouseholdNotEnrolled()
    months = [add_months(request.first_month, ahead) for ahead in range(request.months)]
    insured_id, is_head = await _insured(session, request, months, now)
    due = sum(_due(runtime, request, month) for month in months)
    _ensure_payable(runtime.state.figures_at(now), before.account, months)
    if due != request.amount:
        raise ContributionDiffers(f"{due} piastres are due.", detail_ar=f"المستحق {due} قرشا", due=due)
    contribution_id = new_id()
    values = request.model_dump() | {
        "contribution_id": contribution_id,
        "insured_id": insured_id,
        "recorded_by": caller.subject,
        "recorded_at": now,
    }
    if not await repository.add_contribution(session, **values):
        raise ContributionReferenceUsed()
    paid = await repository.pay_months(
        session, request.household_id, contribution_id, insured_id, months, is_head=is_head
    )
    twice = sorted(set(months) - paid)
    if twice:
        raise MonthAlreadyPaid(
            f"{twice[0]:%Y-%m} is paid.",
            detail_ar=f"شهر {twice[0]:%Y-%m} مسدد.",
            months=[month.isoformat() for month in twice],
        )
    await update_standing(session, runtime, [request.household_id])
    _, after = await stands(session, runtime, request.household_id, now)
    return ContributionReceipt(**values, state=after.state, unpaid_from=after.unpaid_from)


async def _insured(
    session: AsyncSession, request: ContributionRequest, months: Sequence[date], now: datetime
) -> tuple[UUID | None, bool]:
    """On whose wage a contribution is reckoned, and whether that is the head. Raises InsuredUnknown."""
    members = [
        row for month in {months[0], business_day(now)} for row in await people.on(session, request.household_id, month)
    ]
    head = next((row["citizen_id"] for row in members if row["is_head"]), None)
    insured = request.insured_id or head
    if insured is not None and insured != head and insured not in {row["citizen_id"] for row in members}:
        raise InsuredUnknown()
    await _ensure_without_work(
        session, request, months, {row["citizen_id"] for row in members if row["role"] == SPOUSE}
    )
    return insured, insured == head


async def _ensure_without_work(
    session: AsyncSession, request: ContributionRequest, months: Sequence[date], spouses: set[UUID]
) -> None:
    """A spouse who pays on an own wage is not one without work. Raises SpouseInsured."""
    if not request.spouses or not spouses:
        return
    paying = await repository.payers(session, request.household_id, months)
    for month in months:
        without = len(spouses - paying[month])
        if request.spouses > without:
            raise SpouseInsured(
                f"{without} of the spouses are without work in {month:%Y-%m}.",
                detail_ar=f"عدد غير العاملين من الأزواج في {month:%Y-%m} هو {without}.",
                without_work=without,
            )


def _ensure_payable(today: Figures, account: Account, months: Sequence[date]) -> None:
    begins = cover_begins(today, account)
    for month in months:
        if not rules.payable(today, begins, month):
            since = f" from {begins:%Y-%m} on" if begins else ""
            raise MonthNotPayable(
                f"{month:%Y-%m} is not payable: months of cover are{since}, at most {today.months_ahead} ahead.",
                detail_ar=f"لا يقبل سداد شهر {month:%Y-%m}.",
                month=month.isoformat(),
            )


async def exempt(
    session: AsyncSession, runtime: Runtime, caller: Principal, household_id: UUID, request: ExemptionRequest
) -> Coverage:
    """Exempt a family or a person of it; being unable to pay enrols a family that was not, a disease does not.

    Raises HouseholdUnknown, HouseholdNotEnrolled, ExemptionOfNoOne, ExemptionTooLong.
    """
    here, now = runtime.state, runtime.clock.now()
    if await cards.residence(session, household_id) is None:
        raise HouseholdUnknown()
    await _within(session, caller, household_id)
    if (request.kind == UNABLE) != (request.citizen_id is None):
        raise ExemptionOfNoOne()
    if request.citizen_id is not None:
        known = {row["citizen_id"] for row in await people.on(session, household_id, business_day(now))}
        if request.citizen_id not in known:
            raise ExemptionOfNoOne(
                "This person is not known as a member of the household.",
                detail_ar="هذا الشخص غير مسجل ضمن أفراد الأسرة.",
            )
    _check_length(here.figures_at(now), request)
    medical = request.kind != UNABLE
    if not medical:
        # Whoever has no card yet is enrolled by it; a card that opens care on an earlier day moves that day.
        await enrol(session, runtime, [(household_id, max(request.first_day, business_day(now)))])
    await repository.lock(session, [household_id])
    if not await repository.enrolled(session, [household_id]):
        raise HouseholdNotEnrolled()
    exemption_id = new_id()
    await repository.put_exemption(
        session,
        exemption_id=exemption_id,
        household_id=household_id,
        citizen_id=request.citizen_id,
        kind=MEDICAL if medical else UNABLE,
        sealed=here.vault.seal(exemption_id, Ground(request.kind, tuple(request.codes)).dump()) if medical else None,
        first_day=request.first_day,
        last_day=request.last_day,
        reference=request.reference,
        entered_by=caller.subject,
        entered_at=now,
    )
    await update_standing(session, runtime, [household_id])
    return await coverage(session, runtime, caller, household_id)


async def coverage_of_card(session: AsyncSession, runtime: Runtime, caller: Principal, card_id: UUID) -> Coverage:
    """The cover behind a card. Raises CardUnknown or HouseholdNotEnrolled."""
    card = await cards.find(session, card_id)
    if card is None:
        raise CardUnknown()
    return await coverage(session, runtime, caller, card.household_id)


async def coverage(session: AsyncSession, runtime: Runtime, caller: Principal, household_id: UUID) -> Coverage:
    """A family's cover today. Raises HouseholdNotEnrolled, also for a family of another governorate.

    That a person is exempt for a disease is shown only to those who enter such exemptions.
    """
    await _within(session, caller, household_id)
    found, now = await stands(session, runtime, household_id, runtime.clock.now())
    rows = await repository.contributions(session, household_id, CONTRIBUTIONS_SHOWN)
    return Coverage(
        household_id=household_id,
        governorate=found.account.governorate,
        enrolled_on=found.account.enrolled_on,
        state=now.state,
        since=now.since,
        exempt=now.exempt,
        unpaid_from=now.unpaid_from,
        suspends_on=now.suspends_on,
        exemptions=[
            Exemption(
                kind=UNABLE if one.kind == UNABLE else MEDICAL,
                citizen_id=one.citizen_id,
                first_day=one.first_day,
                last_day=one.last_day,
            )
            for one in found.account.exemptions
            if one.citizen_id is None or ENTERS_EXEMPTIONS in caller.scopes
        ],
        contributions=[Contribution.model_validate(row) for row in rows],
    )


def _due(runtime: Runtime, request: ContributionRequest, month: date) -> int:
    """What is due for a month, by that month's own rates."""
    try:
        rates = runtime.state.figures.on(month).contributions.get(request.category)
    except PolicyMissing:
        rates = None
    if rates is None:
        raise CategoryUnknown(
            f"No rate is on record for {request.category} in {month:%Y-%m}.",
            detail_ar=f"لا توجد نسبة اشتراك مسجلة لهذه الفئة في {month:%Y-%m}.",
        )
    family = rules.Family(request.insured_wage, request.spouses, request.children, request.declared_income)
    bound = rules.outside(rates, family)
    due = rules.monthly(rates, family)
    if bound is not None and bound < family.insured_wage:
        raise AboveMaximum(
            f"The highest insured wage of {month:%Y-%m} is {bound} piastres.",
            detail_ar=f"أعلى أجر اشتراك هو {bound} قرشاً.",
            most=bound,
        )
    if bound is not None or due == 0:
        least = bound or 1
        raise BelowMinimum(
            f"The least insured wage of {month:%Y-%m} is {least} piastres." if bound else "It comes to nothing.",
            detail_ar=f"أقل أجر اشتراك هو {least} قرشاً." if bound else "لا يكفي الأجر لاشتراك.",
            least=least,
        )
    return due


def _check_length(figures: Figures, request: ExemptionRequest) -> None:
    years = figures.unable_review_years
    if request.kind != UNABLE or years is None:
        return
    latest = add_months(request.first_day, MONTHS_A_YEAR * years) + (request.first_day - month_start(request.first_day))
    if request.last_day is None or request.last_day > latest:
        raise ExemptionTooLong(
            f"It is reviewed by {latest}.",
            detail_ar=f"يراجع الإعفاء في موعد أقصاه {latest}.",
            latest=latest.isoformat(),
        )


async def _within(session: AsyncSession, caller: Principal, household_id: UUID) -> None:
    """A caller bound to a governorate or district knows the families of that one only."""
    caller.bound.hold(await cards.residence(session, household_id) or OF_THE_NATION, HouseholdNotEnrolled)


def _is_news(family: Family, now: Standing) -> bool:
    return now.state != PENDING and family.told != (now.state, now.since, now.exempt)


def _told(family: Family, now: Standing, day: date) -> CoverageChanged:
    return CoverageChanged(household_id=family.household_id, state=now.state, since=now.since or day, exempt=now.exempt)
