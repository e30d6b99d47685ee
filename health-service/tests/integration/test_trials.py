"""Trials: holders of test cards are seen at trial providers alone; what is told of their visits goes to the trial."""

from __future__ import annotations

from uuid import UUID

from contracts.health import CopaymentDue, EncounterRecorded
from contracts.trials import TrialVisitSeen

from ..support import Family, Health
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
