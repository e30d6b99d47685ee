"""The copy of all that is held on a person knows every table that names one."""

from __future__ import annotations

from chassis.records.held import held_on
from chassis.records.reading import About
from chassis.testing_held import unheld
from supply_service.held import HELD

from ..support import Supply, bread

ELSEWHERE = {"entry": "movements of the sales that are in it"}


async def test_every_table_that_names_a_person_is_in_the_copy(supply: Supply) -> None:
    assert await unheld(supply.runtime.pool, HELD, ELSEWHERE) == []


async def test_the_copy_holds_the_sales_to_the_own_card_and_the_households_with_what_was_taken_back(
    supply: Supply,
) -> None:
    holder, other, till = await supply.holder(members=3), await supply.holder(), await supply.till("bakery")
    sold = [(await supply.sell(till, holder, bread(1))).json()["redemption_id"] for _ in range(2)]
    assert (await supply.sell(till, other, bread(1))).status_code == 201
    path, body = f"/v1/redemptions/{sold[0]}/reversal", {"reason": "wrong item"}
    taken_back = await supply.client.post(path, json=body, headers=till.headers())
    assert taken_back.is_success, taken_back.text
    ((citizen_id, household_id),) = await supply.fetch(
        "SELECT citizen_id, household_id FROM card WHERE card_id = $1", holder.card_id
    )
    for about in (
        About(citizen_id, (holder.card_id,), ()),
        About(citizen_id, (), (household_id,)),
        About(citizen_id, (holder.card_id,), (household_id,)),
    ):
        async with supply.runtime.pool.acquire() as connection:
            found = await held_on(connection, supply.runtime, HELD, about)
        assert {row["redemption_id"] for row in found["redemption"]} == set(sold)
        assert [row["redemption_id"] for row in found["reversal"]] == sold[:1]
