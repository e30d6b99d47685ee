"""What must hold before a visit is entered, and what of an emergency somebody has to look at afterwards.

An emergency is treated whatever the card and the cover (truth of the path of care): by card, by citizen, or by national
id alone. Each is looked at afterwards, and what would refuse another visit is named to whoever does so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import national_id
from chassis.clock import business_day
from chassis.problems import InvalidRequest
from chassis.refusals import Refusal
from health_service.cards import members, trials
from health_service.cards import repository as cards
from health_service.context import Runtime
from health_service.eligibility.service import Cover, cover_on, holder_gone, patient_of
from health_service.encounters import repository
from health_service.encounters.schemas import EncounterRequest
from health_service.providers.service import Place
from health_service.rules import visits
from health_service.rules.bounds import bounds_refusal
from health_service.rules.refusals import CardNotActive, CardUnknown, PatientNotInsured, PatientUnknown, TrialApart

Seen = tuple[visits.Card | None, UUID | None, list[str]]


@dataclass(frozen=True)
class Told:
    """A visit that may be entered: by whom it is paid, for whom, when, under which cover.

    `review`: what would have refused it were it no emergency, codes; of whoever could not be told the ids are None.
    """

    household_id: UUID | None
    card_id: UUID | None
    payer_id: UUID | None
    patient_id: UUID | None
    occurred_at: datetime
    cover: Cover
    review: list[str]


async def judge(session: AsyncSession, runtime: Runtime, place: Place, request: EncounterRequest) -> Told:
    """Everything that must hold before a visit is entered. Raises what `rules.refusals` names."""
    here, now = runtime.state, runtime.clock.now()
    occurred_at = request.occurred_at or now
    today = here.figures_at(now)
    refusal = visits.time_refusal(today, occurred_at, now)
    if refusal:
        raise refusal
    day = business_day(occurred_at)
    refusal = visits.late_refusal(today, day)
    if refusal:
        raise refusal
    card = None if request.card_id is None else await cards.find(session, request.card_id)
    seen = _emergency if request.emergency else _ordinary
    card, patient_id, review = await seen(session, request, card, day)
    household_id = card.household_id if card else None
    if card is None and patient_id is not None:
        household_id = await members.household_of(session, patient_id, day)
    if place.trial != (household_id is not None and await trials.is_trial(session, household_id)):
        raise TrialApart(provider_is_trial=place.trial)
    if household_id is None:
        cover = Cover(here.figures_at(occurred_at), None, None)
    else:
        cover = await cover_on(session, runtime, household_id, patient_id, day)
    refusal = await _offer_refusal(session, place, request, patient_id, cover)
    refusal = refusal or (None if request.emergency else cover.refusal())
    refusal = refusal or _bounds_refusal(cover, request)
    if refusal:
        raise refusal
    if request.national_id is not None:
        _read(request.national_id, business_day(now))
    payer_id = card.citizen_id if card else None
    card_id = card.card_id if card else None
    return Told(household_id, card_id, payer_id, patient_id, occurred_at, cover, review)


async def _ordinary(session: AsyncSession, request: EncounterRequest, card: visits.Card | None, day: date) -> Seen:
    """Card and patient of a visit that is no emergency. Raises what refuses it."""
    if card is None:
        raise CardUnknown()
    refusal = visits.card_refusal(card, request.occurred_at)
    if refusal:
        raise refusal
    people = await members.on(session, card.household_id, day)
    known = {row["citizen_id"] for row in people}
    patient_id = patient_of(card, request.patient_id, known)
    if patient_id is None or card.citizen_id is None:
        raise CardNotActive()
    if holder_gone(patient_id, known, await members.known(session, card.household_id, patient_id)):
        raise PatientUnknown(
            "The patient belonged to the household no more on that day.",
            detail_ar="المريض لم يكن من أفراد الأسرة في هذا اليوم.",
        )
    if any(row["citizen_id"] == patient_id and not row["insured"] for row in people):
        raise PatientNotInsured()
    return card, patient_id, []


async def _emergency(session: AsyncSession, request: EncounterRequest, card: visits.Card | None, day: date) -> Seen:
    """Card and patient of an emergency as far as they can be told, and what is to be looked at afterwards.

    Raises CardUnknown where nothing says who the patient is, PatientUnknown for one who was dead on that day.
    """
    review: list[str] = []
    patient_id = request.patient_id
    if card is None:
        if patient_id is None and request.national_id is None:
            raise CardUnknown("Name the patient, or give the national id.", detail_ar="أدخل الرقم القومي للمريض.")
        review.append(CardUnknown.code)
        if patient_id is not None and await cards.person(session, patient_id, day) is None:
            raise PatientUnknown()
    else:
        refusal = visits.card_refusal(card, request.occurred_at)
        if refusal:
            review.append(refusal.code)
        patient_id = patient_id or card.citizen_id
        known = {row["citizen_id"] for row in await members.on(session, card.household_id, day)}
        told = patient_id is not None and await members.known(session, card.household_id, patient_id)
        if patient_id not in known and (told or patient_id != card.citizen_id):
            review.append(PatientUnknown.code)
    if patient_id is not None and await members.dead(session, patient_id, day):
        raise PatientUnknown("The patient was dead on that day.", detail_ar="المريض مسجل متوفى في هذا اليوم.")
    return card, patient_id, review


async def _offer_refusal(
    session: AsyncSession, place: Place, request: EncounterRequest, patient_id: UUID | None, cover: Cover
) -> Refusal | None:
    named = await repository.find_referral(session, request.referral_id) if request.referral_id else None
    visit = visits.Visit(
        place.kind, request.service, patient_id, request.emergency, request.referral_id, request.refers_to
    )
    return visits.offer_refusal(cover.figures, visit, visits.Referral(**named) if named else None)


def _bounds_refusal(cover: Cover, request: EncounterRequest) -> Refusal | None:
    lines = ((line.price, line.quantity) for line in request.lines)
    return bounds_refusal(cover.figures.bounds[request.service], lines)


def _read(number: str, today: date) -> None:
    try:
        national_id.parse(number, today)
    except national_id.NationalIdError as error:
        raise InvalidRequest(f"national_id: {error.code}", detail_ar="الرقم القومي غير صحيح.") from error
