"""What of a visit's price the patient owes and what the insurer does, counted in its case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from health_service.eligibility.service import Cover
from health_service.encounters import repository
from health_service.encounters.schemas import Diagnosis, EncounterLine
from health_service.rules import exemptions
from health_service.rules.bounds import case_refusal, emergency_case
from health_service.rules.copayment import Share, period_of, share
from health_service.rules.figures import Figures, Tariff
from health_service.rules.keys import CASE


@dataclass(frozen=True, slots=True)
class Priced:
    """A visit whose price is to be divided: where, of what, for whom (None where nobody can say yet)."""

    encounter_id: UUID
    provider_id: UUID
    service: str
    patient_id: UUID | None
    referral_id: UUID | None
    emergency: bool
    care: exemptions.Care


def care_of(lines: list[EncounterLine], diagnosis: Diagnosis | None, for_disease: bool) -> exemptions.Care:
    """What was done, as exemptions are judged by."""
    priced = [(line.code, line.price * line.quantity) for line in lines]
    return exemptions.Care(diagnosis.code if diagnosis else None, priced, for_disease)


async def divide(session: AsyncSession, cover: Cover, visit: Priced) -> tuple[Share, str | None]:
    """Divide the price, counting in the case or period of the visit's own day, which is given where there is one.

    Raises CaseAboveCeiling where the case comes to more than may be booked.
    """
    figures, total = cover.figures, visit.care.total
    tariff, bounds = figures.tariffs[visit.service], figures.bounds[visit.service]
    charged = exemptions.charged(figures, cover.exemption, visit.care)
    if tariff.cap is None or visit.patient_id is None:
        return share(tariff, total, 0, exempt=cover.free, charged=charged), None
    period = await _period(session, figures, tariff, visit, visit.patient_id)
    used = await repository.open_cap(
        session, visit.patient_id, visit.service, period, cap=tariff.cap, billed=total, ceiling=bounds.case
    )
    if used is None:
        raise case_refusal(bounds)
    divided = share(tariff, total, used, exempt=cover.free, charged=charged)
    if divided.copayment:
        await repository.use_cap(session, visit.patient_id, visit.service, period, divided.copayment)
    return divided, period


async def _period(session: AsyncSession, figures: Figures, tariff: Tariff, visit: Priced, patient_id: UUID) -> str:
    """The period that a visit counts in; emergencies at one provider that follow each other closely are one case."""
    if tariff.period != CASE or visit.referral_id is not None or not visit.emergency:
        return period_of(tariff, figures.day, visit.referral_id or visit.encounter_id, visit.encounter_id)
    opened = emergency_case(visit.provider_id, figures.day)
    known = await _known_case(session, patient_id, visit.service, opened, figures.day, figures.emergency_case_days)
    return known or opened


async def _known_case(
    session: AsyncSession, patient_id: UUID, service: str, opened: str, day: date, days: int
) -> str | None:
    await repository.lock_cases(session, patient_id, service)
    return await repository.case_near(session, patient_id, service, opened, day, days)
