"""The copy of all that is held on a person knows every table that names one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from card_service.held import HELD
from chassis.testing_held import unheld

if TYPE_CHECKING:
    from ..conftest import Office

ELSEWHERE = {
    "access_pending": "waits for a moment before it stands in the log that is in it",
    "duplicate_cursor": "how far a job has come; whose id stands in it says nothing of anybody",
    "head_waiting": "waits for a moment before the card that is called for is in it",
    "name_pending": "waits for a moment before the name is sealed and found, in what is in it",
}


async def test_every_table_that_names_a_person_is_in_the_copy(office: Office) -> None:
    assert await unheld(office.app.state.runtime.pool, HELD, ELSEWHERE) == []
