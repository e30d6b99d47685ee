"""The copy of all that is held on a person knows every table that names one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chassis.testing_held import unheld
from notify_service.held import HELD

if TYPE_CHECKING:
    from ..conftest import Desk

ELSEWHERE: dict[str, str] = {"trial_household": "households that exist for a trial alone: nobody's data"}


async def test_every_table_that_names_a_person_is_in_the_copy(desk: Desk) -> None:
    assert await unheld(desk.runtime.pool, HELD, ELSEWHERE) == []
