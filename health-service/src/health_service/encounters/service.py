"""Use cases: entering a visit, looking at it, taking a co-payment once more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.ids import new_id
from contracts.health import CopaymentDue, EncounterRecorded
from health_service.context import Runtime
from health_service.eligibility.service import CURRENCY
from health_service.encounters import repository
from health_service.encounters.judging import Told, judge
from health_service.encounters.schemas import Encounter, EncounterReceipt, EncounterRequest, Referral
from health_service.errors import EncounterUnknown, NothingToCollect
from health_service.providers.service import Place
from health_service.rules import exemptions
from health_service.rules.copayment import Share, period_of, share

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
    total = sum(line.price * line.quantity for line in request.lines)
    divided, period = await _divide(session, told, request, encounter_id, total)
    due = "review" if told.review else "due"
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
        "total": total,
        "copayment": divided.copayment,
        "insurer_part": divided.insurer_part,
        "cap_applied": divided.cap_applied,
        "exempt": divided.exempt,
        "copayment_id": copayment_id,
        "copayment_state": due if divided.copayment else "none",
        "review": "open" if told.review else None,
        "review_reasons": told.review,
        "cap_period": period,
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
    about.pop("national_id", None)  # for whoever looks at it alone
    return Encounter(**_shown(row), **about, referrals=await _referrals(session, encounter_id))


async def collect(session: AsyncSession, provider_id: UUID, encounter_id: UUID) -> EncounterReceipt:
    """Have a co-payment that failed taken once more. Raises EncounterUnknown or NothingToCollect."""
    row = await repository.find(session, encounter_id, provider_id, lock=True)
    if row is None:
        raise EncounterUnknown()
    if row["copayment_state"] != "failed" or row["card_id"] is None:
        raise NothingToCollect(f"It is {row['copayment_state']}.", state=row["copayment_state"])
    await repository.set_due(session, encounter_id)
    await outbox.add(session, due_of(row))
    again = _shown(row) | {"copayment_state": "due", "failure": None}
    return EncounterReceipt(**again, referrals=await _referrals(session, encounter_id))


async def _divide(
    session: AsyncSession, told: Told, request: EncounterRequest, encounter_id: UUID, total: int
) -> tuple[Share, str | None]:
    """Divide the price, counting in the cap of the visit's own period, which is given where it counts in one."""
    tariff = told.cover.figures.tariffs[request.service]
    charged = exemptions.charged(told.cover.figures, told.cover.exemption, _care(request))
    if told.cover.free or charged == 0 or tariff.cap is None or told.patient_id is None:
        return share(tariff, total, 0, exempt=told.cover.free, charged=charged), None
    period = period_of(tariff, told.cover.figures.day, request.referral_id or encounter_id, encounter_id)
    used = await repository.open_cap(session, told.patient_id, request.service, period, tariff.cap)
    divided = share(tariff, total, used, exempt=False, charged=charged)
    await repository.use_cap(session, told.patient_id, request.service, period, divided.copayment)
    return divided, period


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


async def _tell(session: AsyncSession, values: dict[str, Any]) -> None:
    """Tell of a visit, and have its co-payment taken; of one that is to be looked at, once that was done."""
    if values["review"] == "open":
        return
    recorded = EncounterRecorded(
        encounter_id=values["encounter_id"],
        citizen_id=values["patient_id"],
        household_id=values["household_id"],
        provider_id=values["provider_id"],
        service=values["service"],
        occurred_at=values["occurred_at"],
    )
    await outbox.add(session, *([recorded, due_of(values)] if values["copayment"] else [recorded]))


def due_of(visit: Mapping[str, Any] | RowMapping) -> CopaymentDue:
    """That the co-payment of a visit is to be taken from its payer's wallet."""
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
    about = request.model_dump(include={"lines", "diagnosis", "national_id"}, exclude_defaults=False)
    return runtime.state.vault.seal(encounter_id, orjson.dumps(about))


def _shown(row: RowMapping) -> dict[str, object]:
    return dict(row) | {"currency": CURRENCY}


async def _referrals(session: AsyncSession, encounter_id: UUID) -> list[Referral]:
    return [Referral.model_validate(dict(row)) for row in await repository.referrals(session, encounter_id)]
