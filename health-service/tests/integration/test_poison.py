"""A family that cannot be settled keeps no other back."""

from __future__ import annotations

from datetime import UTC, datetime

from chassis.testing import worked_off
from health_service import upkeep

from ..support import Health
from .test_coverage import JANUARY, exempt, states


async def test_a_family_that_cannot_be_settled_keeps_no_other(health: Health) -> None:
    health.at(JANUARY)
    bad, *others = [await health.family(activated_at=JANUARY) for _ in range(4)]
    assert (await exempt(health, bad, kind="tumour", citizen_id=str(bad.child_id))).status_code == 200
    await health.runtime.pool.execute("UPDATE exemption SET sealed = '\\x00' WHERE household_id = $1", bad.household_id)
    health.at(datetime(2026, 7, 1, 12, tzinfo=UTC))
    await health.runtime.pool.execute("UPDATE coverage SET changes_on = '2026-07-01'")
    await worked_off(lambda: upkeep.DUE.run(health.runtime))
    for family in others:
        assert (await states(health, family))[-1][0] == "suspended"
    rows = await health.fetch("SELECT item FROM set_aside WHERE worker = $1", upkeep.DUE.worker)
    assert [row["item"] for row in rows] == [str(bad.household_id)]
