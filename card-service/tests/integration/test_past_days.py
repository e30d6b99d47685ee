"""A household as it was on a day; its card moves with a transfer and with nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from card_service.registry.changes.decided import Decided
from card_service.registry.changes.kinds import ChangeKind
from card_service.registry.changes.leave import apply_leave
from card_service.registry.changes.move import apply_move
from card_service.registry.intake import Residence
from chassis.clock import business_day

if TYPE_CHECKING:
    from datetime import date

    from ..conftest import Office

READ = "citizens:read"
FAYED = Residence("19", "19.07", "شارع المحطة")


def decided(office: Office, day: date) -> Decided:
    return Decided(fact_on=day, decided_at=office.runtime.clock.now(), decided_by="person:somebody")


async def do(office: Office, apply: Any, *given: Any, **options: Any) -> None:
    async with office.runtime.sessions() as session, session.begin():
        await apply(session, office.runtime.state.dependencies, *given, **options)


async def registered_before(office: Office, household_id: UUID, days: int) -> None:
    """As if the household had been registered some days before."""
    await office.runtime.pool.execute(
        "UPDATE household SET registered_at = registered_at - make_interval(days => $2) WHERE household_id = $1",
        household_id, days,
    )  # fmt: skip
    await office.runtime.pool.execute(
        "UPDATE membership SET since = since - $2::int WHERE household_id = $1", household_id, days
    )


async def on(office: Office, household_id: UUID, day: date, **options: Any) -> Any:
    return await office.call("GET", f"/v1/households/{household_id}?on={day}", READ, **options)


async def test_a_household_is_read_as_it_was(office: Office) -> None:
    made, _ = await office.household("spouse", "child")
    home, child = UUID(made["household_id"]), UUID(made["members"][2]["citizen_id"])
    today = business_day(office.runtime.clock.now())
    await registered_before(office, home, 30)
    left, moved = today - timedelta(days=10), today - timedelta(days=5)
    close = office.runtime.state.close_cards
    await do(office, apply_leave, ChangeKind.REMOVED, decided(office, left), home, child, close)
    await do(office, apply_move, decided(office, moved), home, FAYED)
    seen = {day: await on(office, home, today - timedelta(days=day)) for day in (30, 11, 10, 6, 5, 0)}
    assert [len(seen[day]["members"]) for day in seen] == [3, 3, 2, 2, 2, 2]
    assert [seen[day]["governorate"] for day in seen] == ["03", "03", "03", "03", "19", "19"]
    assert (seen[30]["district"], seen[0]["address"]) == ("03.02", FAYED.address)
    assert str(child) in {one["citizen_id"] for one in seen[11]["members"]}
    now = await office.call("GET", f"/v1/households/{home}", READ)
    assert now == seen[0]
    for day in (today + timedelta(days=1), today - timedelta(days=31)):
        assert (await on(office, home, day, expect=422))["code"] == "day_invalid"
    await on(office, home, today, expect=404, claims={"governorate": "03"})


async def test_a_card_moves_by_transfer_only(office: Office) -> None:
    card, _, phase = await office.active()
    ((home,),) = await office.fetch("SELECT household_id FROM card WHERE card_id = $1::text::uuid", card)
    today = business_day(office.runtime.clock.now())

    async def of() -> tuple[str, str, str]:
        shown = await office.call("GET", f"/v1/cards/{card}", "cards:read")
        household = await office.call("GET", f"/v1/households/{home}", READ)
        return shown["governorate"], household["governorate"], household["issued_in"]

    assert await of() == ("03", "03", "03")
    await do(office, apply_move, decided(office, today), home, FAYED)
    assert await of() == ("03", "19", "03"), "a move alone leaves the card where it is of"
    await office.call("GET", f"/v1/cards/{card}", "cards:read", expect=404, claims={"governorate": "19"})
    await do(office, apply_move, decided(office, today), home, FAYED, transferred=True)
    assert await of() == ("19", "19", "19")
    await office.call("GET", f"/v1/cards/{card}", "cards:read", expect=404, claims={"governorate": "03"})
    await office.call("GET", f"/v1/cards/{card}", "cards:read", claims={"governorate": "19"})
    (first, second) = await office.events("HouseholdMoved", str(home))
    assert (first["transferred"], second["transferred"]) == (False, True)
    (told,) = (await office.events("HouseholdChanged", str(home), 2))[-1:]
    assert (told["governorate"], told["governorate_of_issue"]) == ("19", "19")
    done = await office.call("GET", f"/v1/rollout-phases/{phase}", "rollout:read", claims={"governorate": "03"})
    assert done["governorate"] == "03", "the phase goes on where it was"


async def test_a_waiting_card_is_transferred_and_a_closed_one_stays(office: Office) -> None:
    await office.site("Transfer")
    made, (head,) = await office.household()
    home = UUID(made["household_id"])
    await office.planned(await office.phase())
    (card,) = await office.find(head)
    today = business_day(office.runtime.clock.now())
    closed, other, _ = await office.active()
    await do(office, apply_move, decided(office, today), home, FAYED, transferred=True)
    rows = await office.fetch("SELECT governorate, state FROM card WHERE household_id = $1", home)
    assert [tuple(row) for row in rows] == [("19", "in_stock")]
    ((elsewhere,),) = await office.fetch("SELECT governorate FROM card WHERE card_id = $1::text::uuid", closed)
    assert elsewhere == "03", other["role"]
    assert card["card_id"]
