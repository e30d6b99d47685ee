"""The copy of all that is held on a person knows every table that names one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chassis.testing_held import unheld
from payment_service.held import HELD

if TYPE_CHECKING:
    from ..support import House

ELSEWHERE: dict[str, str] = {"trial_household": "households that exist for a trial alone: nobody's data"}


async def test_every_table_that_names_a_person_is_in_the_copy(house: House) -> None:
    assert await unheld(house.runtime.pool, HELD, ELSEWHERE) == []
