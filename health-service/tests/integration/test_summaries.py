"""Whose cards were used for care is told once for each day: the household and the day, and nothing of the visit."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.health import HouseholdsTreated
from health_service.summaries import telling

from ..support import Family, Health
from .test_trials import tester


async def told(health: Health, *families: Family) -> list[HouseholdsTreated]:
    """What was told of these families."""
    wanted = {family.household_id for family in families}
    return [one for one in await health.told(HouseholdsTreated) if wanted & set(one.household_ids)]


async def test_who_was_treated_on_a_day_is_told_once(health: Health, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "HOUSEHOLDS", 1)
    desk, first, second, taken_back = await health.desk(), await health.family(), await health.family(), Family()
    taken_back, test = await health.family(), await tester(health)
    for family in (first, first, second):
        assert (await health.visit(desk, family)).status_code == 201
    assert (await health.visit(await health.desk(trial=True), test)).status_code == 201
    visit = (await health.visit(desk, taken_back)).json()["encounter_id"]
    path = f"/v1/encounters/{visit}/reversal"
    reply = await health.client.post(path, json={"reason": "another patient"}, headers=desk.headers())
    assert reply.is_success, reply.text
    now = health.runtime.clock.now()
    health.at(now + timedelta(days=1))
    try:
        for _ in range(2):
            while await telling.SUMMARIES.run(health.runtime):
                continue
        found = await told(health, first, second, taken_back, test)
    finally:
        health.at(now)
    assert sorted(one.household_ids[0] for one in found) == sorted([first.household_id, second.household_id])
    assert {(one.governorate, len(one.household_ids)) for one in found} == {("03", 1)}
