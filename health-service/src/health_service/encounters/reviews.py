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
from contracts.event import Event
from contracts.health import EncounterRecorded
from health_service.cards import repository as cards
from health_service.context import Runtime
from health_service.encounters import repository
from health_service.encounters.reversals import take_back
from health_service.encounters.schemas import Review, ReviewIn, ReviewPage
from health_service.encounters.service import due_of
from health_service.errors import EncounterUnknown, NothingToReview, PatientNeeded
from health_service.rules.refusals import PatientUnknown


async def waiting(session: AsyncSession, runtime: Runtime, caller: Principal, page: Paging[UUID]) -> ReviewPage:
    """The emergencies of the caller's area that nobody has looked at, oldest first."""
    found = await repository.to_review(session, caller.bound, page)
    return ReviewPage.of(page, [_shown(runtime, row) for row in found], lambda one: one.encounter_id)


async def decide(
    session: AsyncSession, runtime: Runtime, caller: Principal, encounter_id: UUID, given: ReviewIn
) -> Review:
    """Accept an emergency for a patient, who pays the share then, or reject it, which takes the visit back.

    Raises EncounterUnknown, NothingToReview, PatientNeeded where nobody has said who it was, PatientUnknown.
    """
    row = await repository.find_any(session, encounter_id, lock=True)
    if row is None or not caller.bound.covers(Area(row["governorate"])):
        raise EncounterUnknown()
    if row["review"] != "open":
        raise NothingToReview(f"It is {row['review'] or 'not one to review'}.")
    now = runtime.clock.now()
    values: dict[str, Any] = dict(row) | {"note": given.reason, "by": caller.subject, "at": now}
    if given.decision == "reject":
        await take_back(session, runtime, row, given.reason, caller.subject, None, now)
        values |= {"review": "rejected"}
        values["copayment_state"] = "reversed" if row["copayment"] else "none"
    else:
        values |= await _accepted(session, row, given)
    await repository.set_review(session, values)
    if values["review"] == "accepted":
        await outbox.add(session, *_told(values))
    after = await repository.find_any(session, encounter_id)
    if after is None:
        raise EncounterUnknown()
    return _shown(runtime, after)


async def _accepted(session: AsyncSession, row: RowMapping, given: ReviewIn) -> dict[str, Any]:
    """Patient, household and payer of an emergency as they are known by now."""
    patient_id = given.patient_id or row["patient_id"]
    if patient_id is None:
        raise PatientNeeded()
    day = row["business_day"]
    person = await cards.person(session, patient_id, day)
    if person is None:
        raise PatientUnknown()
    household_id = row["household_id"] or person["household_id"]
    card_id, payer_id = row["card_id"], row["payer_id"]
    if household_id is not None and (card_id is None or payer_id is None):
        card_id, payer_id = await cards.paying(session, household_id) or (None, None)
    state, failure = "none", None
    if row["copayment"]:
        state, failure = ("due", None) if payer_id is not None else ("failed", "wallet_unknown")
    return {
        "review": "accepted",
        "patient_id": patient_id,
        "household_id": household_id,
        "card_id": card_id,
        "payer_id": payer_id,
        "copayment_state": state,
        "failure": failure,
    }


def _told(values: Mapping[str, Any]) -> list[Event]:
    if values["household_id"] is None:
        return []
    told: list[Event] = [
        EncounterRecorded(
            encounter_id=values["encounter_id"],
            citizen_id=values["patient_id"],
            household_id=values["household_id"],
            provider_id=values["provider_id"],
            service=values["service"],
            occurred_at=values["occurred_at"],
        )
    ]
    if values["copayment_state"] == "due":
        told.append(due_of(values))
    return told


def _shown(runtime: Runtime, row: RowMapping) -> Review:
    about = orjson.loads(runtime.state.vault.open(row["encounter_id"], bytes(row["sealed"])))
    return Review(**row, national_id=about.get("national_id"))
