"""Use cases: entering a visit, looking at it, taking a co-payment once more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.clock import business_day
from chassis.ids import new_id
from contracts.event import Event
from contracts.health import CopaymentDue, EncounterRecorded
from contracts.trials import TrialVisitSeen
from health_service.cards import repository as cards
from health_service.context import Runtime
from health_service.eligibility.service import CURRENCY
from health_service.encounters import proofs, repository
from health_service.encounters.dividing import Priced, care_of, divide
from health_service.encounters.judging import Told, judge
from health_service.encounters.schemas import CollectionIn, Encounter, EncounterReceipt, EncounterRequest, Referral
from health_service.errors import EncounterUnknown, NothingToCollect
from health_service.providers.service import Place
from health_service.rules.keys import EMERGENCY, VISIT, WORKING_DAYS
from health_service.rules.refusals import CardNotActive, CardUnknown
from health_service.rules.reviews import OPEN, OWED, InsurerState, insurer_state
from health_service.rules.visits import card_refusal
from policybook.calendar import nth_working_day

COPAYMENT = "copayment"


async def record(
    session: AsyncSession, runtime: Runtime, place: Place, request: EncounterRequest, acting: str
) -> EncounterReceipt:
    """Enter a visit, divide its price between patient and insurer, and have the patient's part taken.

    `place`: where it is entered; `acting`: who enters it and what for, which the visit keeps.
    Raises what `health_service.rules.refusals` names; a refused visit leaves nothing behind.
    """
    told = await judge(session, runtime, place, request)
    encounter_id, copayment_id, now = new_id(), new_id(), runtime.clock.now()
    priced = Priced(
        encounter_id,
        place.provider_id,
        request.service,
        told.patient_id,
        request.referral_id,
        request.emergency,
        care_of(request.lines, request.diagnosis, request.for_disease),
    )
    divided, period = await divide(session, told.cover, priced)
    await _agreed(session, runtime, place, request, told, encounter_id, divided.copayment)
    looked_at = request.emergency and not place.trial  # the insurer bears nothing of a trial: nobody has to decide
    due = "review" if looked_at else OWED if request.emergency else "due"
    values: dict[str, Any] = {
        "encounter_id": encounter_id,
        "household_id": told.household_id,
        "patient_id": told.patient_id,
        "card_id": told.card_id,
        "payer_id": told.payer_id,
        "provider_id": place.provider_id,
        "terminal_id": place.terminal_id,
        "service": request.service,
        "emergency": request.emergency,
        "referral_id": request.referral_id,
        "occurred_at": told.occurred_at,
        "business_day": told.cover.figures.day,
        "recorded_at": now,
        "total": priced.care.total,
        "copayment": divided.copayment,
        "insurer_part": divided.insurer_part,
        "cap_applied": divided.cap_applied,
        "exempt": divided.exempt,
        "copayment_id": copayment_id,
        "copayment_state": due if divided.copayment else "none",
        "review": OPEN if looked_at else None,
        "review_reasons": told.review,
        "review_by": _review_by(runtime, now) if looked_at else None,
        "cap_period": period,
    }
    await repository.add(session, **values, entered_by=acting, sealed=_sealed(runtime, encounter_id, request))
    referrals = await _refer(session, told, request, encounter_id)
    await _tell(session, values, request.holder_proof, trial=place.trial)
    shown = _shown(runtime, values | {"failure": None, "reviewed_at": None, "taken_back": False})
    return EncounterReceipt(**shown, referrals=referrals)


async def read(session: AsyncSession, runtime: Runtime, provider_id: UUID, encounter_id: UUID) -> Encounter:
    """A visit with what it was about. Raises EncounterUnknown, also for another provider's."""
    row = await repository.find(session, encounter_id, provider_id)
    if row is None:
        raise EncounterUnknown()
    about = orjson.loads(runtime.state.vault.open(encounter_id, bytes(row["sealed"])))
    for name in ("national_id", "for_disease"):  # for whoever looks at it alone
        about.pop(name, None)
    return Encounter(**_shown(runtime, row), **about, referrals=await _referrals(session, encounter_id))


async def collect(
    session: AsyncSession, runtime: Runtime, place: Place, encounter_id: UUID, given: CollectionIn
) -> EncounterReceipt:
    """Have a co-payment taken that is owed or failed, from a card whose holder agrees to it now.

    Raises EncounterUnknown, NothingToCollect, CardUnknown, what refuses a card, or what `proofs.permitted` raises.
    """
    row = await repository.find(session, encounter_id, place.provider_id, lock=True)
    if row is None:
        raise EncounterUnknown()
    card_id = given.card_id or row["card_id"]
    if row["copayment_state"] not in {"failed", OWED} or row["household_id"] is None or card_id is None:
        raise NothingToCollect(
            f"It is {row['copayment_state']}.",
            detail_ar=f"حالة المساهمة: {row['copayment_state']}.",
            state=row["copayment_state"],
        )
    payer_id = row["payer_id"] if card_id == row["card_id"] else await _payer(session, card_id, row["household_id"])
    await proofs.permitted(
        session, runtime, token=given.holder_proof, card_id=card_id, terminal_id=place.terminal_id,
        amount=row["copayment"], operation=f"collection:{encounter_id}",
    )  # fmt: skip
    again = _shown(runtime, row) | {"copayment_state": "due", "failure": None}
    again |= {"card_id": card_id, "payer_id": payer_id}
    await repository.set_due(session, encounter_id, card_id, payer_id)
    await outbox.add(session, due_of(again, given.holder_proof))
    return EncounterReceipt(**again, referrals=await _referrals(session, encounter_id))


async def _payer(session: AsyncSession, card_id: UUID, household_id: UUID) -> UUID:
    """The holder of another card of the household, which may be used. Raises CardUnknown, or what refuses it."""
    card = await cards.find(session, card_id)
    if card is None or card.household_id != household_id:
        raise CardUnknown()
    refusal = card_refusal(card)
    if refusal:
        raise refusal
    if card.citizen_id is None:
        raise CardNotActive()
    return card.citizen_id


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


async def _agreed(
    session: AsyncSession,
    runtime: Runtime,
    place: Place,
    request: EncounterRequest,
    told: Told,
    encounter_id: UUID,
    copayment: int,
) -> None:
    """That the card's holder has agreed to the visit, where the policies ask for it."""
    needed = told.cover.figures.holder_proof_needed[EMERGENCY if request.emergency else VISIT]
    if told.card_id is None or not (needed or request.holder_proof):
        return
    await proofs.permitted(
        session, runtime, token=request.holder_proof, card_id=told.card_id, terminal_id=place.terminal_id,
        amount=copayment, operation=f"encounter:{encounter_id}",
    )  # fmt: skip


async def _tell(session: AsyncSession, values: dict[str, Any], proof: str | None, *, trial: bool) -> None:
    """Tell of a visit, and have its co-payment taken; of one that is to be looked at, once that was done.

    One of a trial counts nowhere: its co-payment is the trial's own money, and the trial alone hears of it. Of an
    emergency no wallet is asked before its holder says so.
    """
    if values["review"] == OPEN:
        return
    recorded: Event = EncounterRecorded(
        encounter_id=values["encounter_id"],
        citizen_id=values["patient_id"],
        household_id=values["household_id"],
        provider_id=values["provider_id"],
        service=values["service"],
        occurred_at=values["occurred_at"],
    )
    if trial:
        recorded = TrialVisitSeen(
            encounter_id=values["encounter_id"],
            household_id=values["household_id"],
            occurred_at=values["occurred_at"],
        )
    asked = values["copayment_state"] == "due"
    await outbox.add(session, *([recorded, due_of(values, proof)] if asked else [recorded]))


def due_of(visit: Mapping[str, Any] | RowMapping, proof: str | None) -> CopaymentDue:
    """That the co-payment of a visit is to be taken from its payer's wallet, who has agreed to it."""
    return CopaymentDue(
        copayment_id=visit["copayment_id"],
        encounter_id=visit["encounter_id"],
        citizen_id=visit["payer_id"],
        household_id=visit["household_id"],
        card_id=visit["card_id"],
        provider_id=visit["provider_id"],
        amount=visit["copayment"],
        holder_proof=proof,
    )


def _sealed(runtime: Runtime, encounter_id: UUID, request: EncounterRequest) -> bytes:
    """What the visit was about. The codes of drugs and tests tell as much as the diagnosis."""
    about = request.model_dump(include={"lines", "diagnosis", "national_id", "for_disease"}, exclude_defaults=False)
    return runtime.state.vault.seal(encounter_id, orjson.dumps(about))


def _review_by(runtime: Runtime, now: datetime) -> date:
    """The last day on which an emergency entered now may be looked at for the insurer to pay its part."""
    figures = runtime.state.figures_at(now)
    days = figures.review_days[EMERGENCY]
    if figures.review_counts[EMERGENCY] == WORKING_DAYS:
        return nth_working_day(runtime.state.snapshot.book, figures.day, days)
    return figures.day + timedelta(days=days)


def _shown(runtime: Runtime, row: Mapping[str, Any] | RowMapping) -> dict[str, Any]:
    return dict(row) | {"currency": CURRENCY, "insurer_state": insurer_state_of(runtime, row)}


def insurer_state_of(runtime: Runtime, row: Mapping[str, Any] | RowMapping) -> InsurerState:
    """What becomes of the insurer's part of a visit, as far as it is known now."""
    at, today = row["reviewed_at"], business_day(runtime.clock.now())
    reviewed_on = None if at is None else business_day(at)
    return insurer_state(row["review"], row["review_by"], reviewed_on, today, reversed_=row["taken_back"])


async def _referrals(session: AsyncSession, encounter_id: UUID) -> list[Referral]:
    return [Referral.model_validate(dict(row)) for row in await repository.referrals(session, encounter_id)]
