"""Cards, households and contacts told again stand as their rows do, also after their events are long gone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from card_service.sealing import RATION_CARD
from chassis.restating import orders
from chassis.testing import eventually

from ..conftest import Office


async def told(office: Office, subject: str, event: str, field: str) -> dict[str, dict[str, Any]]:
    """What is told of a subject when it is told again, by an id."""
    async with office.runtime.sessions() as session, session.begin():
        order = await orders.order(session, subject, "a test", "because")

    async def done() -> bool:
        (row,) = await office.fetch("SELECT state FROM restatement WHERE restatement_id = $1", order.restatement_id)
        return bool(row["state"] == "done")

    await eventually(done, seconds=60)
    mine = [one for one in await office.events(event) if one["restatement_id"] == str(order.restatement_id)]
    assert len(mine) == len({one[field] for one in mine}), "each once"
    return {one[field]: one for one in mine}


async def test_cards_are_told_as_they_stand(office: Office) -> None:
    active, _, _ = await office.active("spouse")
    blocked, _, _ = await office.active()
    await office.call("POST", f"/v1/cards/{blocked}/block", "cards:write", json={"reason": "lost"})
    issued, _, _ = await office.issued()
    found = await told(office, "card", "CardRestated", "card_id")
    assert {one: found[one]["state"] for one in (active, blocked, issued)} == {
        active: "active",
        blocked: "blocked",
        issued: "issued",
    }
    assert found[active]["members"] == 2
    assert (found[active]["services"], found[issued]["services"]) == (["supply"], [])
    assert found[blocked]["blocked_at"]
    assert found[blocked]["activated_at"]
    assert found[issued]["activated_at"] is None
    (row,) = await office.fetch("SELECT count(*) AS known FROM card WHERE state <> 'in_stock'")
    assert len(found) == row["known"]


async def test_households_are_told_with_their_members(office: Office) -> None:
    household, people = await office.household("child")
    found = (await told(office, "households", "HouseholdRestated", "household_id"))[household["household_id"]]
    assert (found["governorate"], found["members"], found["revision"]) == (household["governorate"], 2, 1)
    assert [one["is_head"] for one in found["citizens"]] == [True, False]
    assert len(people) == 2


async def test_a_household_is_told_whole_as_it_was_when_it_changed(office: Office) -> None:
    made, _ = await office.household("spouse", "child")
    home, child = made["household_id"], made["members"][2]["citizen_id"]
    number = office.runtime.state.dependencies.vault.seal(UUID(home), b"200123456789", RATION_CARD)
    await office.runtime.pool.execute(
        "UPDATE household SET ration_card_hash = $2, ration_card_sealed = $3, legal_basis = 'takaful'"
        " WHERE household_id = $1",
        UUID(home), b"h" * 32, number,
    )  # fmt: skip
    await office.changed("removal", home, citizen_id=child, reason="abroad")
    heard = (await office.events("HouseholdChanged", home, 2))[-1]
    assert heard.pop("effective_month")
    found = (await told(office, "households", "HouseholdRestated", "household_id"))[home]["state"]
    assert found == heard
    assert found["ration_card_mark"] == office.runtime.state.dependencies.ration_cards.mark("200123456789")
    assert (found["legal_basis"], found["governorate_of_issue"], found["ended_on"]) == ("takaful", "03", None)
    assert [(one["citizen_id"], one["reason"], one["died_on"]) for one in found["former"]] == [(child, "removed", None)]
    month = found["sizes"][0]["month"]
    health = [{"first_month": month, "last_month": None, "basis": None}]
    assert [(one["role"], one["birth_year"], one["health"]) for one in found["members"]] == [
        ("head", 1990, health),
        ("spouse", 1990, health),
    ]
    assert "200123456789" not in str(found)


async def test_a_new_household_is_told_like_one_that_is_told_again(office: Office) -> None:
    made, _ = await office.household("child")
    (heard,) = await office.events("HouseholdChanged", made["household_id"], 2)
    assert heard.pop("effective_month")
    found = (await told(office, "households", "HouseholdRestated", "household_id"))[made["household_id"]]
    assert found["state"] == heard


async def test_contacts_are_told_sealed_and_with_their_governorate(office: Office) -> None:
    household, (head, *_) = await office.household()
    rows = await office.fetch("SELECT citizen_id FROM citizen WHERE household_id = $1", UUID(household["household_id"]))
    found = (await told(office, "contacts", "ContactRestated", "citizen_id"))[str(rows[0]["citizen_id"])]
    assert found["governorate"] == household["governorate"]
    assert found["mobile"].endswith(head["mobile"][-10:])
    assert head["full_name"].startswith(found["given_name"])
    (sent,) = await office.fetch(
        "SELECT count(*) AS clear FROM outbox WHERE position('1012345678'::bytea IN payload) > 0"
    )
    assert sent["clear"] == 0
