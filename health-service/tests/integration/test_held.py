"""The copy of all that is held on a person knows every table that names one."""

from __future__ import annotations

from chassis.testing_held import unheld
from health_service.held import HELD

from ..support import Health

ELSEWHERE: dict[str, str] = {
    "contribution_month": "the months of contributions that are in it",
    "trial_household": "households that exist for a trial alone: nobody's data",
}


async def test_every_table_that_names_a_person_is_in_the_copy(health: Health) -> None:
    assert await unheld(health.runtime.pool, HELD, ELSEWHERE) == []
