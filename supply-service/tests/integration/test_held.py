"""The copy of all that is held on a person knows every table that names one."""

from __future__ import annotations

from chassis.testing_held import unheld
from supply_service.held import HELD

from ..support import Supply

ELSEWHERE = {"entry": "movements of the sales that are in it"}


async def test_every_table_that_names_a_person_is_in_the_copy(supply: Supply) -> None:
    assert await unheld(supply.runtime.pool, HELD, ELSEWHERE) == []
