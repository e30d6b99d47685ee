"""Trials: holders of test cards are seen at trial providers alone; what is told of their visits goes to the trial."""

from __future__ import annotations

from uuid import UUID

from contracts.health import CopaymentDue, EncounterRecorded, EncounterReversed
from contracts.trials import TrialVisitSeen

from ..support import Family, Health
from .test_emergencies import review, waiting
from .test_members import listed


async def tester(health: Health) -> Family:
    """A family of a trial."""
    family = await health.family()
    told = listed(family, 2, (family.head_id, "head"), (family.child_id, "child"))
    await health.deliver(told.model_copy(update={"trial": True}))
    return family


async def test_a_trial_visit_is_told_to_the_trial_alone(health: Health) -> None:
    desk, family = await health.desk(trial=True), await tester(health)
    reply = await health.visit(desk, family, "medicines", 12_345)
    assert reply.status_code == 201, reply.text
    visit = reply.json()
    assert (visit["copayment"], visit["copayment_state"]) == (1_235, "due")
    (due,) = [e for e in await health.told(CopaymentDue) if e.card_id == family.card_id]
    assert due.amount == 1_235, "of the test wallet's own money"
    assert [e for e in await health.told(EncounterRecorded) if e.household_id == family.household_id] == []
    (told,) = [e for e in await health.told(TrialVisitSeen) if e.household_id == family.household_id]
    assert told.encounter_id == UUID(visit["encounter_id"])


async def test_an_emergency_of_a_trial_waits_for_nobody(health: Health) -> None:
    """The insurer bears nothing of it; the patient owes the share as after a review, and no wallet is asked yet."""
    made = []
    for desk, family in (
        (await health.desk("hospital", trial=True), await tester(health)),
        (await health.desk("hospital"), await health.family()),
    ):
        reply = await health.visit(desk, family, "inpatient", 100_000, emergency=True)
        assert reply.status_code == 201, reply.text
        made.append((desk, family, reply.json()))
    (desk, family, test), (_, _, real) = made
    assert (test["copayment_state"], real["copayment_state"]) == ("owed", "review")
    seen = await waiting(health)
    assert (test["encounter_id"] in seen, real["encounter_id"] in seen) == (False, True)
    (told,) = [e for e in await health.told(TrialVisitSeen) if e.household_id == family.household_id]
    assert told.encounter_id == UUID(test["encounter_id"])
    assert (await review(health, test["encounter_id"], 409))["code"] == "nothing_to_review"
    assert [e for e in await health.told(CopaymentDue) if e.card_id == family.card_id] == []
    collected = await health.collect(desk, test["encounter_id"], family.card_id)
    assert collected.status_code == 200, collected.text
    assert len([e for e in await health.told(CopaymentDue) if e.card_id == family.card_id]) == 1


async def test_nobody_hears_that_a_trial_visit_was_taken_back(health: Health) -> None:
    desk, family = await health.desk(trial=True), await tester(health)
    visit = (await health.visit(desk, family, "medicines", 12_345)).json()
    path = f"/v1/encounters/{visit['encounter_id']}/reversal"
    reply = await health.client.post(path, json={"reason": "a try"}, headers=desk.headers())
    assert reply.is_success, reply.text
    assert [e for e in await health.told(EncounterReversed) if e.household_id == family.household_id] == []


async def test_each_keeps_to_its_own(health: Health) -> None:
    test, real = await health.desk(trial=True), await health.desk()
    for desk, family in ((test, await health.family()), (real, await tester(health))):
        refused = await health.visit(desk, family)
        assert (refused.status_code, refused.json()["code"]) == (409, "trial_apart"), refused.text
        assert await health.fetch("SELECT FROM encounter WHERE household_id = $1", family.household_id) == []


async def test_a_real_visit_is_told_as_before(health: Health) -> None:
    desk, family = await health.desk(), await health.family()
    assert (await health.visit(desk, family, "medicines", 12_345)).status_code == 201
    assert [e for e in await health.told(TrialVisitSeen) if e.household_id == family.household_id] == []
    assert len([e for e in await health.told(CopaymentDue) if e.card_id == family.card_id]) == 1
