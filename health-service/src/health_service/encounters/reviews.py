"""Emergencies that somebody looks at afterwards: who the patient was, and whether the insurer bears it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.area import Area
from chassis.paging import Paging
from chassis.principal import Principal
from contracts.health import EncounterRecorded
from health_service.cards import repository as cards
from health_service.context import Runtime
from health_service.eligibility.service import Cover, cover_on, figures_on
from health_service.encounters import repository
from health_service.encounters.dividing import Priced, care_of, divide
from health_service.encounters.reversals import free_case, take_back
from health_service.encounters.schemas import Diagnosis, EncounterLine, Review, ReviewIn, ReviewPage
from health_service.encounters.service import insurer_state_of
from health_service.errors import EncounterUnknown, NothingToReview, OwnVisit, PatientNeeded
from health_service.rules.refusals import PatientUnknown
from health_service.rules.reviews import ACCEPTED, OPEN, OWED, REJECTED


async def waiting(session: AsyncSession, runtime: Runtime, caller: Principal, page: Paging[UUID]) -> ReviewPage:
    """The emergencies of the caller's area that nobody has looked at, oldest first."""
    found = await repository.to_review(session, caller.bound, page)
    return ReviewPage.of(page, [_shown(runtime, row) for row in found], lambda one: one.encounter_id)


async def decide(
    session: AsyncSession, runtime: Runtime, caller: Principal, encounter_id: UUID, given: ReviewIn
) -> Review:
    """Accept an emergency for a patient, who owes the share then, or reject it, which takes the visit back.

    Raises EncounterUnknown, OwnVisit, NothingToReview, PatientNeeded where nobody has said who it was, PatientUnknown,
    CaseAboveCeiling.
    """
    row = await repository.find_any(session, encounter_id, lock=True)
    if row is None or not caller.bound.covers(Area(row["governorate"], row["district"])):
        raise EncounterUnknown()
    if row["review"] != OPEN or row["taken_back"]:
        raise NothingToReview(
            f"It is {row['review'] or 'not one to review'}.", detail_ar="هذه الزيارة لا تنتظر مراجعة."
        )
    if row["entered_by"] == caller.subject:
        raise OwnVisit()
    now = runtime.clock.now()
    values: dict[str, Any] = dict(row) | {"note": given.reason, "by": caller.subject, "at": now}
    if given.decision == "reject":
        await take_back(session, runtime, row, given.reason, caller.subject, None, now)
        values |= {"review": REJECTED, "copayment_state": "reversed" if row["copayment"] else "none"}
    else:
        values |= await _accepted(session, runtime, row, given)
    await repository.set_review(session, values)
    if values["review"] == ACCEPTED and values["household_id"] is not None:
        await outbox.add(session, _told(values))
    after = await repository.find_any(session, encounter_id)
    if after is None:
        raise EncounterUnknown()
    return _shown(runtime, after)


async def _accepted(session: AsyncSession, runtime: Runtime, row: RowMapping, given: ReviewIn) -> dict[str, Any]:
    """Patient, household and payer of an emergency as they are known by now, and what the patient owes of it."""
    patient_id = given.patient_id or row["patient_id"]
    if patient_id is None:
        raise PatientNeeded()
    person = await cards.person(session, patient_id, row["business_day"])
    if person is None:
        raise PatientUnknown()
    another = patient_id != row["patient_id"]
    household_id = row["household_id"]
    if household_id is None or (another and person["household_id"] is not None):
        household_id = person["household_id"]
    same = household_id == row["household_id"]
    card_id, payer_id = (row["card_id"], row["payer_id"]) if same else (None, None)
    if household_id is not None and (card_id is None or payer_id is None):
        card_id, payer_id = await cards.paying(session, household_id) or (None, None)
    known = {"patient_id": patient_id, "household_id": household_id, "card_id": card_id, "payer_id": payer_id}
    divided = await _divided_anew(session, runtime, row, patient_id, household_id) if another else {}
    owed = divided.get("copayment", row["copayment"])
    return {"review": ACCEPTED, **known, **divided, "copayment_state": OWED if owed else "none", "failure": None}


async def _divided_anew(
    session: AsyncSession, runtime: Runtime, row: RowMapping, patient_id: UUID, household_id: UUID | None
) -> dict[str, Any]:
    """The shares of a visit whose patient is another than was entered, by that patient's cover and case."""
    await free_case(session, runtime, row)
    day = row["business_day"]
    if household_id is None:
        cover = Cover(figures_on(runtime, day), None, None)
    else:
        cover = await cover_on(session, runtime, household_id, patient_id, day)
    about = _about(runtime, row)
    lines = [EncounterLine.model_validate(line) for line in about["lines"]]
    diagnosis = Diagnosis.model_validate(about["diagnosis"]) if about.get("diagnosis") else None
    visit = Priced(
        row["encounter_id"],
        row["provider_id"],
        row["service"],
        patient_id,
        row["referral_id"],
        row["emergency"],
        care_of(lines, diagnosis, about.get("for_disease", False)),
    )
    divided, period = await divide(session, cover, visit)
    return {
        "copayment": divided.copayment,
        "insurer_part": divided.insurer_part,
        "cap_applied": divided.cap_applied,
        "exempt": divided.exempt,
        "cap_period": period,
    }


def _told(values: Mapping[str, Any]) -> EncounterRecorded:
    return EncounterRecorded(
        encounter_id=values["encounter_id"],
        citizen_id=values["patient_id"],
        household_id=values["household_id"],
        provider_id=values["provider_id"],
        service=values["service"],
        occurred_at=values["occurred_at"],
    )


def _about(runtime: Runtime, row: RowMapping) -> dict[str, Any]:
    about: dict[str, Any] = orjson.loads(runtime.state.vault.open(row["encounter_id"], bytes(row["sealed"])))
    return about


def _shown(runtime: Runtime, row: RowMapping) -> Review:
    national_id = _about(runtime, row).get("national_id")
    return Review(**row, national_id=national_id, insurer_state=insurer_state_of(runtime, row))
