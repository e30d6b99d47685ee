"""Use cases: entering a visit, looking at it, taking a co-payment once more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.refusals import Refusal
from contracts.health import CopaymentDue, EncounterRecorded
from health_service.cards import repository as cards
from health_service.context import Runtime
from health_service.eligibility.service import CURRENCY, Cover, cover_of, patient_of
from health_service.encounters import repository
from health_service.encounters.schemas import Encounter, EncounterReceipt, EncounterRequest, Referral
from health_service.errors import EncounterUnknown, NothingToCollect
from health_service.providers.service import Place
from health_service.rules import exemptions, visits
from health_service.rules.copayment import Share, period_of, share
from health_service.rules.figures import Figures
from health_service.rules.refusals import CardNotActive, CardUnknown

COPAYMENT = "copayment"


@dataclass(frozen=True)
class Told:
    """A visit that may be entered: by whom it is paid, for whom, when, under which cover."""

    card: visits.Card
    payer_id: UUID
    patient_id: UUID
    occurred_at: datetime
    cover: Cover


async def record(
    session: AsyncSession, runtime: Runtime, place: Place, request: EncounterRequest, acting: str
) -> EncounterReceipt:
    """Enter a visit, divide its price between patient and insurer, and have the patient's part taken.

    `place`: where it is entered; `acting`: who enters it and what for, which the visit keeps.
    Raises what `health_service.rules.refusals` names; a refused visit leaves nothing behind.
    """
    told = await _judge(session, runtime, place, request)
    encounter_id, copayment_id, now = new_id(), new_id(), runtime.clock.now()
    total = sum(line.price * line.quantity for line in request.lines)
    divided = await _divide(session, told, request, encounter_id, total)
    values: dict[str, Any] = {
        "encounter_id": encounter_id,
        "household_id": told.card.household_id,
        "patient_id": told.patient_id,
        "card_id": told.card.card_id,
        "payer_id": told.payer_id,
        "provider_id": place.provider_id,
        "terminal_id": place.terminal_id,
        "service": request.service,
        "emergency": request.emergency,
        "referral_id": request.referral_id,
        "occurred_at": told.occurred_at,
        "business_day": told.cover.figures.day,
        "recorded_at": now,
        "total": total,
        "copayment": divided.copayment,
        "insurer_part": divided.insurer_part,
        "cap_applied": divided.cap_applied,
        "exempt": divided.exempt,
        "copayment_id": copayment_id,
        "copayment_state": "due" if divided.copayment else "none",
    }
    await repository.add(session, **values, entered_by=acting, sealed=_sealed(runtime, encounter_id, request))
    referrals = await _refer(session, told, request, encounter_id)
    await _tell(session, values)
    return EncounterReceipt(**values, currency=CURRENCY, failure=None, referrals=referrals)


async def read(session: AsyncSession, runtime: Runtime, provider_id: UUID, encounter_id: UUID) -> Encounter:
    """A visit with what it was about. Raises EncounterUnknown, also for another provider's."""
    row = await repository.find(session, encounter_id, provider_id)
    if row is None:
        raise EncounterUnknown()
    about = orjson.loads(runtime.state.vault.open(encounter_id, bytes(row["sealed"])))
    return Encounter(**_shown(row), **about, referrals=await _referrals(session, encounter_id))


async def collect(session: AsyncSession, provider_id: UUID, encounter_id: UUID) -> EncounterReceipt:
    """Have a co-payment that failed taken once more. Raises EncounterUnknown or NothingToCollect."""
    row = await repository.find(session, encounter_id, provider_id, lock=True)
    if row is None:
        raise EncounterUnknown()
    if row["copayment_state"] != "failed":
        raise NothingToCollect(f"It is {row['copayment_state']}.", state=row["copayment_state"])
    await repository.set_due(session, encounter_id)
    await outbox.add(session, _due(row))
    again = _shown(row) | {"copayment_state": "due", "failure": None}
    return EncounterReceipt(**again, referrals=await _referrals(session, encounter_id))


async def _judge(session: AsyncSession, runtime: Runtime, place: Place, request: EncounterRequest) -> Told:
    """Everything that must hold before a visit is entered. An emergency is treated whatever the cover."""
    here, now = runtime.state, runtime.clock.now()
    occurred_at = request.occurred_at or now
    refusal = visits.time_refusal(here.figures_at(now), occurred_at, business_day(occurred_at), now)
    if refusal:
        raise refusal
    card = await cards.find(session, request.card_id)
    if card is None:
        raise CardUnknown()
    refusal = visits.card_refusal(card)
    if refusal:
        raise refusal
    known = {row["citizen_id"] for row in await cards.members(session, card.household_id)}
    patient_id = patient_of(card, request.patient_id, known)
    if patient_id is None or card.citizen_id is None:
        raise CardNotActive()
    cover = await cover_of(session, runtime, card.household_id, patient_id, occurred_at)
    refusal = await _offer_refusal(session, place, request, patient_id, cover.figures)
    refusal = refusal or (None if request.emergency else cover.refusal())
    if refusal:
        raise refusal
    return Told(card, card.citizen_id, patient_id, occurred_at, cover)


async def _offer_refusal(
    session: AsyncSession, place: Place, request: EncounterRequest, patient_id: UUID, figures: Figures
) -> Refusal | None:
    named = await repository.find_referral(session, request.referral_id) if request.referral_id else None
    visit = visits.Visit(
        place.kind, request.service, patient_id, request.emergency, request.referral_id, request.refers_to
    )
    return visits.offer_refusal(figures, visit, visits.Referral(**named) if named else None)


async def _divide(
    session: AsyncSession, told: Told, request: EncounterRequest, encounter_id: UUID, total: int
) -> Share:
    """Divide the price, counting in the cap of the visit's own period."""
    tariff = told.cover.figures.tariffs[request.service]
    charged = exemptions.charged(told.cover.figures, told.cover.exemption, _care(request))
    if told.cover.free or charged == 0 or tariff.cap is None:
        return share(tariff, total, 0, exempt=told.cover.free, charged=charged)
    period = period_of(tariff, told.cover.figures.day, request.referral_id or encounter_id, encounter_id)
    used = await repository.open_cap(session, told.patient_id, request.service, period, tariff.cap)
    divided = share(tariff, total, used, exempt=False, charged=charged)
    await repository.use_cap(session, told.patient_id, request.service, period, divided.copayment)
    return divided


def _care(request: EncounterRequest) -> exemptions.Care:
    lines = [(line.code, line.price * line.quantity) for line in request.lines]
    return exemptions.Care(request.diagnosis.code if request.diagnosis else None, lines, request.for_disease)


async def _refer(session: AsyncSession, told: Told, request: EncounterRequest, encounter_id: UUID) -> list[Referral]:
    last_day = told.cover.figures.day + timedelta(days=told.cover.figures.referral_days)
    referrals = [
        Referral(referral_id=new_id(), service=service, last_day=last_day)
        for service in dict.fromkeys(request.refers_to)
    ]
    for referral in referrals:
        await repository.add_referral(
            session, **referral.model_dump(), encounter_id=encounter_id, patient_id=told.patient_id
        )
    return referrals


async def _tell(session: AsyncSession, values: dict[str, object]) -> None:
    recorded = EncounterRecorded(
        encounter_id=values["encounter_id"],
        citizen_id=values["patient_id"],
        household_id=values["household_id"],
        provider_id=values["provider_id"],
        service=values["service"],
        occurred_at=values["occurred_at"],
    )
    await outbox.add(session, *([recorded, _due(values)] if values["copayment"] else [recorded]))


def _due(visit: dict[str, object] | RowMapping) -> CopaymentDue:
    return CopaymentDue(
        copayment_id=visit["copayment_id"],
        encounter_id=visit["encounter_id"],
        citizen_id=visit["payer_id"],
        household_id=visit["household_id"],
        card_id=visit["card_id"],
        provider_id=visit["provider_id"],
        amount=visit["copayment"],
    )


def _sealed(runtime: Runtime, encounter_id: UUID, request: EncounterRequest) -> bytes:
    """What the visit was about. The codes of drugs and tests tell as much as the diagnosis."""
    about = request.model_dump(include={"lines", "diagnosis"})
    return runtime.state.vault.seal(encounter_id, orjson.dumps(about))


def _shown(row: RowMapping) -> dict[str, object]:
    return dict(row) | {"currency": CURRENCY}


async def _referrals(session: AsyncSession, encounter_id: UUID) -> list[Referral]:
    return [Referral.model_validate(dict(row)) for row in await repository.referrals(session, encounter_id)]
