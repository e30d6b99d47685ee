"""The copy of all that is held on a citizen knows every table of the gateway that names one."""

from __future__ import annotations

from api_gateway.held import HELD
from chassis.testing_held import unheld

from .conftest import Gateway

ELSEWHERE: dict[str, str] = {}


async def test_every_table_that_names_a_citizen_is_in_the_copy(gateway: Gateway) -> None:
    assert await unheld(gateway.runtime.pool, HELD, ELSEWHERE) == []
