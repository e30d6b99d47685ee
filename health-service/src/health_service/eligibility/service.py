"""Use case: the answer to whether a card is covered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import business_day
from chassis.principal import Principal
from chassis.refusals import Refusal
from health_service.context import Runtime
from health_service.coverage import service as coverage
from health_service.coverage.repository import Family
from health_service.eligibility import repository
from health_service.eligibility.schemas import Eligibility, EligibilityRequest, Member, Reason, ServiceTerms
from health_service.rules.copayment import period_of
from health_service.rules.exemptions import frees_all
from health_service.rules.figures import Figures, Tariff
from health_service.rules.keys import CASE, EACH_TIME, KEYS
from health_service.rules.refusals import CardUnknown, CoverNotBegun, PatientNotInsured, PatientUnknown, ServiceUnknown
from health_service.rules.standing import UNABLE, Exemption, Standing, exempt_from_copayment, standing
from health_service.rules.visits import Card, card_refusal, cover_refusal

CURRENCY = "EGP"
NONE = "none"
NO_CASE = UUID(int=0)


@dataclass(frozen=True)
class Cover:
    """How a card's family stands on a day, and whether the patient is exempt. `standing` is None where not enrolled."""

    figures: Figures
    standing: Standing | None
    exemption: Exemption | None
    of_none: bool = False  # the patient belongs to no household on that day
    insured: bool = True  # the patient counts for health insurance

    @property
    def free(self) -> bool:
        """Whether the patient pays nothing for anything; a disease frees from what is related to it alone."""
        return frees_all(self.figures, self.exemption)

    def refusal(self) -> Refusal | None:
        """Why care that is no emergency is not covered."""
        if self.of_none:
            return PatientUnknown(
                "The patient belongs to no household on that day.", detail_ar="المريض لا ينتمي إلى أسرة في هذا اليوم."
            )
        if not self.insured:
            return PatientNotInsured()
        return (
            cover_refusal(self.standing)
            if self.standing
            else CoverNotBegun("The family is not enrolled.", detail_ar="الأسرة غير مسجلة في التأمين الصحي.")
        )


async def check(runtime: Runtime, caller: Principal, request: EligibilityRequest) -> Eligibility:
    """Answer for a card. Raises CardUnknown, PatientUnknown or ServiceUnknown.

    A provider's terminal asks for whoever comes, from wherever; others for the families they may see.
    """
    here = runtime.state
    now = runtime.clock.now()
    known = await repository.ask(runtime.pool, here.vault, request.card_id, request.patient_id, business_day(now))
    if known is None or not (caller.kind == "terminal" or caller.bound.covers(known.area)):
        raise CardUnknown()
    card = known.card
    members = [Member.model_validate(person) for person in known.members]
    ids = {member.citizen_id for member in members}
    patient_id = patient_of(card, request.patient_id, ids)
    cover = cover_by(here.figures_at(now), known.family, patient_id)
    tariffs = cover.figures.tariffs
    if request.service is not None and request.service not in tariffs:
        raise ServiceUnknown(f"Services are {', '.join(tariffs)}.", detail_ar=f"الخدمات: {', '.join(tariffs)}.")
    wanted = [tariff for name, tariff in tariffs.items() if request.service in {None, name}]
    refusals = [refusal for refusal in (card_refusal(card), cover.refusal()) if refusal is not None]
    if patient_id == card.citizen_id and holder_gone(patient_id, ids, known.holder_known):
        refusals.append(
            PatientUnknown(
                "The holder belongs to the household no more.", detail_ar="حامل الكارت لم يعد من أفراد الأسرة."
            )
        )
    if any(member.citizen_id == patient_id and not member.insured for member in members):
        refusals.append(PatientNotInsured())
    stands = cover.standing
    return Eligibility(
        card_id=card.card_id,
        household_id=card.household_id,
        patient_id=patient_id,
        covered=not refusals,
        state=stands.state if stands else NONE,
        since=stands.since if stands else None,
        exempt=cover.free,
        exemption=exemption_word(cover.exemption),
        services=[terms(tariff, cover.figures, known.caps_used) for tariff in wanted],
        members=members,
        reasons=[_reason(refusal) for refusal in refusals],
    )


async def cover_on(
    session: AsyncSession, runtime: Runtime, household_id: UUID, patient_id: UUID | None, day: date
) -> Cover:
    """How a household stands on a day as far as it is known today; before the system's first day, as on that day."""
    family = await coverage.family(session, runtime, household_id)
    return cover_by(figures_on(runtime, day), family, patient_id)


def figures_on(runtime: Runtime, day: date) -> Figures:
    """The figures of a day; before the system's first day, those of that day."""
    return runtime.state.figures.on(max(day, KEYS.needed_from))


def cover_by(figures: Figures, family: Family | None, patient_id: UUID | None) -> Cover:
    """How a family stands on the day of the figures, and whether a patient of it is exempt."""
    if family is None:
        return Cover(figures, None, None)
    exemption = exempt_from_copayment(figures, family.account, patient_id) if patient_id else None
    return Cover(figures, standing(figures, family.account), exemption)


def patient_of(card: Card, named: UUID | None, members: set[UUID]) -> UUID | None:
    """The patient: whoever is named among the household's members, else the card's holder. Raises PatientUnknown."""
    if named is None or named == card.citizen_id:
        return card.citizen_id
    if named not in members:
        raise PatientUnknown()
    return named


def holder_gone(patient_id: UUID | None, members: set[UUID], known: bool) -> bool:
    """Whether a card's holder is a member no more; of one of whom nothing was told yet nobody says so."""
    return known and patient_id not in members


def terms(tariff: Tariff, figures: Figures, used: Mapping[tuple[str, str], int]) -> ServiceTerms:
    """A service's co-payment as it is shown."""
    left = None
    if tariff.cap is not None:
        anew = tariff.period in {CASE, EACH_TIME}
        spent = 0 if anew else used.get((tariff.service, period_of(tariff, figures.day, NO_CASE)), 0)
        left = max(0, tariff.cap - spent)
    return ServiceTerms(
        service=tariff.service,
        rate=str(tariff.rate),
        fixed=tariff.fixed,
        cap=tariff.cap,
        cap_period=tariff.period if tariff.cap is not None else None,
        cap_left=left,
        currency=CURRENCY,
    )


def exemption_word(exemption: Exemption | None) -> Literal["unable", "medical"] | None:
    """What may be said of an exemption's ground."""
    if exemption is None:
        return None
    return "unable" if exemption.kind == UNABLE else "medical"


def _reason(refusal: Refusal) -> Reason:
    return Reason(
        code=refusal.code,
        title=refusal.title(),
        title_ar=refusal.title_ar,
        detail=refusal.detail,
        detail_ar=refusal.detail_ar,
    )
