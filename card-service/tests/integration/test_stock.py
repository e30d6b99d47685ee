"""Cards from the store to a site and back: sent, counted, given out, and a day that closes to zero or says why not."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import pytest

from card_service.progress import service as progress
from card_service.weeks import week_begins, week_of
from chassis.clock import business_day
from chassis.testing import check_pages, eventually

from ..bureaus import Workshop, approved
from ..sites import saturday

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import Office, OpenOffice

STORE, COUNT = "stock:dispatch", "stock:count"


async def produced(office: Office, workshop: Workshop, count: int, name: str) -> tuple[str, list[dict[str, Any]]]:
    """Cards that a bureau has made: their phase and holders."""
    phase_id = await office.phase(production="bureau")
    heads = [(await office.household())[1][0] for _ in range(count)]
    bureau = await workshop.registered(name)
    await approved(office, phase_id)
    body = {"bureau_id": bureau, "phase_id": phase_id, "size": count}
    made = await office.call("POST", "/v1/production-batches", "production:write", json=body, expect=201)
    content = {"content": await workshop.returned(made["batch_id"])}
    path = f"/v1/production-batches/{made['batch_id']}/returns"
    result = await office.call("POST", path, "production:write", json=content, expect=201)
    assert result["produced"] == count
    return phase_id, heads


async def sent(office: Office, site_id: str, phase_id: str, count: int) -> dict[str, Any]:
    body = {"site_id": site_id, "phase_id": phase_id, "count": count}
    made: dict[str, Any] = await office.call("POST", "/v1/consignments", STORE, json=body, subject="store", expect=201)
    return made


async def listed(office: Office, consignment: dict[str, Any]) -> list[str]:
    path = f"/v1/consignments/{consignment['consignment_id']}"
    return [one["card_id"] for one in (await office.call("GET", path, STORE))["items"]]


async def received(
    office: Office, consignment: dict[str, Any], cards: list[str], damaged: list[str] | None = None, **options: Any
) -> dict[str, Any]:
    path = f"/v1/consignments/{consignment['consignment_id']}/receipt"
    body = {"card_ids": cards, "damaged": damaged or []}
    scope = options.pop("scope", COUNT)
    options = {"subject": "clerk", "claims": {"site_id": consignment["to_site"]}, **options}
    result: dict[str, Any] = await office.call("POST", path, scope, json=body, **options)
    return result


async def stock(office: Office, site_id: str, **query: Any) -> dict[str, Any]:
    path = f"/v1/pickup-sites/{site_id}/stock"
    found: dict[str, Any] = await office.call("GET", path, COUNT, params=query, claims={"site_id": site_id})
    return found


def moves(found: dict[str, Any]) -> list[int]:
    names = ("opening", "received", "issued", "spoiled", "returned", "ended", "closing")
    return [found[name] for name in names]


async def state(office: Office, card_id: str) -> str:
    return str((await office.call("GET", f"/v1/cards/{card_id}", "cards:read"))["state"])


async def test_a_day_of_a_sites_stock(office: Office, tmp_path: Path) -> None:
    phase_id, heads = await produced(office, Workshop(office, tmp_path), 6, "Stock")
    site, other = [await office.site(name) for name in ("Stock one", "Stock two")]
    here = site["site_id"]
    consignment = await sent(office, here, phase_id, 5)
    assert (consignment["cards"], consignment["received_at"]) == (5, None)
    assert (await stock(office, here))["on_the_way"] == 5
    cards = await listed(office, consignment)
    (left,) = await listed(office, await sent(office, other["site_id"], phase_id, 100))
    nothing = {"site_id": here, "phase_id": phase_id, "count": 1}
    refused = await office.call("POST", "/v1/consignments", STORE, json=nothing, expect=409)
    assert refused["code"] == "no_cards_to_send"
    own = await received(office, consignment, cards, subject="store", expect=409)
    assert own["code"] == "consignment_received_by_sender"
    whole, damaged, missing = cards[:3], cards[3], cards[4]
    counts = await received(office, consignment, [*whole, left], [damaged])
    assert [counts[name] for name in ("received", "missing", "damaged", "surplus")] == [3, 1, 1, 1]
    again = await received(office, consignment, cards, expect=409)
    assert again["code"] == "consignment_already_received"
    path = f"/v1/consignments/{consignment['consignment_id']}"
    found = {one["card_id"]: one["outcome"] for one in (await office.call("GET", path, STORE))["items"]}
    assert found == dict.fromkeys(whole, "received") | {missing: "missing", damaged: "damaged", left: "surplus"}
    assert [await state(office, one) for one in (whole[0], damaged, missing)] == ["in_stock", "approved", "produced"]
    # what was missing is not there to be sent
    assert (await office.call("POST", "/v1/consignments", STORE, json=nothing, expect=409))[
        "code"
    ] == "no_cards_to_send"
    found_cards = {(await office.find(head))[0]["card_id"]: head for head in heads}
    (given,) = await office.find(found_cards[whole[0]])
    await office.hand_over(given, found_cards[whole[0]])
    body = {"card_ids": [whole[1]], "to_site_id": other["site_id"]}
    out = f"/v1/pickup-sites/{here}/outgoing-consignments"
    moved = await office.call("POST", out, COUNT, json=body, claims={"site_id": here}, expect=201)
    elsewhere = await office.call("POST", out, COUNT, json=body, claims={"site_id": here}, expect=409)
    assert (elsewhere["code"], elsewhere["card_ids"]) == ("card_not_in_stock_here", [whole[1]])
    assert (await received(office, moved, [whole[1]]))["received"] == 1
    headers = office.issuer.headers("clerk", COUNT, site_id=other["site_id"])
    both = await check_pages(office.client, headers, "/v1/consignments", 2)
    assert [one["cards"] for one in both] == [moved["cards"], 1]
    day = await stock(office, here)
    assert moves(day) == [0, 3, 1, 0, 1, 0, 1]
    assert (day["count"], day["on_the_way"]) == (None, 0)
    count = f"/v1/pickup-sites/{here}/stock-counts"
    zero = await office.call(
        "POST", count, COUNT, json={"counted": 1, "card_ids": [whole[2]]}, claims={"site_id": here}, expect=201
    )
    assert (zero["count"]["difference"], zero["count"]["cards"]) == (0, [])
    off = {"counted": 2, "card_ids": [whole[0], whole[1]], "note": "counted twice"}
    wrong = await office.call("POST", count, COUNT, json=off, claims={"site_id": here}, expect=201)
    assert wrong["count"]["difference"] == 1
    assert {one["card_id"]: one["outcome"] for one in wrong["count"]["cards"]} == {
        whole[2]: "missing",
        whole[0]: "surplus",
        whole[1]: "surplus",
    }
    unlike = await office.call(
        "POST", count, COUNT, json={"counted": 3, "card_ids": [whole[2]]}, claims={"site_id": here}, expect=409
    )
    assert unlike["code"] == "count_and_cards_differ"
    tomorrow = office.runtime.clock.today() + timedelta(days=1)
    assert moves(await stock(office, here, day=f"{tomorrow}")) == [1, 0, 0, 0, 0, 0, 1]
    assert moves(await stock(office, other["site_id"])) == [0, 1, 0, 0, 0, 0, 1]


async def test_what_nobody_collects_goes_back_to_the_store_and_out_again(office: Office) -> None:
    site = await office.site("Uncollected")
    _, (head,) = await office.household()
    await office.planned(await office.phase())
    (card,) = await office.find(head)
    here = card["site_id"]
    before = await stock(office, here)
    out = f"/v1/pickup-sites/{here}/outgoing-consignments"
    back = await office.call(
        "POST", out, COUNT, json={"card_ids": [card["card_id"]]}, claims={"site_id": here}, expect=201
    )
    assert back["to_site"] is None
    (appointment,) = await office.fetch("SELECT state FROM appointment WHERE card_id = $1::text::uuid", card["card_id"])
    assert appointment["state"] == "cancelled"
    clerk = await received(office, back, [card["card_id"]], claims={"site_id": here}, expect=403)
    assert clerk["code"] == "received_at_store_only"
    assert (await received(office, back, [card["card_id"]], scope=STORE, subject="store", claims={}))["received"] == 1
    after = await stock(office, here)
    assert after["returned"] == before["returned"] + 1
    refused = await office.hand_over({**card, "site": {"site_id": here}}, head, expect=409)
    assert (refused["code"], refused["state"]) == ("card_state_conflict", "produced")
    ((phase,),) = await office.fetch("SELECT phase_id FROM card WHERE card_id = $1::text::uuid", card["card_id"])
    again = await sent(office, site["site_id"], str(phase), 1)
    assert await listed(office, again) == [card["card_id"]]


async def planned(office: Office, phase_id: str, **changed: Any) -> dict[str, Any]:
    """A plan for heads, carried out."""
    week = str(saturday())
    path, body = f"/v1/rollout-phases/{phase_id}/pickup-plans", {"week_start": week, "limit": 50, "holders": "heads"}
    ordered = await office.call("POST", path, "rollout:write", json=body | changed, expect=202)

    async def done() -> dict[str, Any] | None:
        found: dict[str, Any] = await office.call("GET", f"/v1/pickup-plans/{ordered['id']}", "rollout:read")
        return found if found["status"] == "done" else None

    return await eventually(done, seconds=30)


async def test_a_plan_invites_to_cards_that_lie_at_a_site_and_to_each_once(office: Office, tmp_path: Path) -> None:
    phase_id, heads = await produced(office, Workshop(office, tmp_path), 4, "Invited")
    near, far = await office.site("Invited near"), await office.site("Invited far", district="03.07")
    assert (await planned(office, phase_id))["scheduled"] == 0  # all of them are still in the store
    first = await sent(office, near["site_id"], phase_id, 2)
    arrived = await listed(office, first)
    await received(office, first, arrived)
    assert (await planned(office, phase_id))["scheduled"] == 2
    second = await sent(office, far["site_id"], phase_id, 2)
    await received(office, second, await listed(office, second))
    assert [(await planned(office, phase_id))["scheduled"] for _ in range(2)] == [2, 0]
    made = await office.fetch(
        "SELECT a.card_id::text AS card, a.site_id::text AS site, c.site_id = a.site_id AS lies_there"
        " FROM appointment a JOIN card c USING (card_id) WHERE c.phase_id = $1",
        UUID(phase_id),
    )
    assert len({one["card"] for one in made}) == len(made) == len(heads)
    assert all(one["lies_there"] for one in made)
    assert {one["card"] for one in made if one["site"] == near["site_id"]} == set(arrived)

    out = f"/v1/pickup-sites/{near['site_id']}/outgoing-consignments"
    moved = {"card_ids": arrived[:1], "to_site_id": far["site_id"]}
    on = await office.call("POST", out, COUNT, json=moved, claims={"site_id": near["site_id"]}, expect=201)
    assert (await planned(office, phase_id))["scheduled"] == 0  # it is on its way
    await received(office, on, arrived[:1])
    assert (await planned(office, phase_id))["scheduled"] == 1
    again = await office.fetch(
        "SELECT number, state, site_id::text AS site FROM appointment WHERE card_id = $1 ORDER BY number",
        UUID(arrived[0]),
    )
    assert [(one["number"], one["state"]) for one in again] == [(1, "cancelled"), (2, "scheduled")]
    assert again[1]["site"] == far["site_id"]


async def test_a_household_is_invited_when_its_appointment_is_planned_and_not_when_its_card_was_ordered(
    open_office: OpenOffice, tmp_path: Path
) -> None:
    count, later = 12, timedelta(days=21)
    async with open_office() as office:
        phase_id, _ = await produced(office, Workshop(office, tmp_path), count, "Dated")
        site = await office.site(hourly_capacity=20)
        first = await sent(office, site["site_id"], phase_id, count)
        await received(office, first, await listed(office, first))
        planned_at = office.runtime.clock.now() + later
        office.runtime.clock.move_to(planned_at)  # type: ignore[attr-defined]  # a training system has a clock to move
        assert (await planned(office, phase_id, week_start=f"{saturday() + later}"))["scheduled"] == count
        found = await office.call("GET", f"/v1/rollout-phases/{phase_id}/review", "rollout:read")
        week = week_begins(week_of(business_day(planned_at)))
        assert {one["starts_on"]: one["invited"] for one in found["weeks"]} == {f"{week}": count}
        assert float(found["phase"]["funnel"]["to_invite"]["median"]) == later.days
        over = planned_at + timedelta(days=7)
        office.runtime.clock.move_to(over)  # type: ignore[attr-defined]  # a training system has a clock to move
        while await progress.run(office.runtime):
            continue
        (shown,) = (await office.client.get("/v1/public/progress")).json()["governorates"]
        assert {one["starts_on"]: one["invited"] for one in shown["weeks"] if one["invited"]} == {f"{week}": count}


async def test_of_two_clerks_one_receives(office: Office, tmp_path: Path) -> None:
    phase_id, _ = await produced(office, Workshop(office, tmp_path), 2, "Raced")
    site = await office.site("Raced")
    consignment = await sent(office, site["site_id"], phase_id, 2)
    cards = await listed(office, consignment)
    path = f"/v1/consignments/{consignment['consignment_id']}/receipt"

    async def receive(who: str) -> int:
        headers = office.issuer.headers(who, COUNT, site_id=site["site_id"])
        return (await office.client.post(path, json={"card_ids": cards, "damaged": []}, headers=headers)).status_code

    coming: dict[str, Any] = {"claims": {"site_id": site["site_id"]}}
    (waiting,) = (await office.call("GET", "/v1/consignments?on_the_way=true", COUNT, **coming))["items"]
    assert (waiting["consignment_id"], waiting["cards"]) == (consignment["consignment_id"], 2)
    assert sorted(await asyncio.gather(*(receive(f"clerk-{n}") for n in range(2)))) == [200, 409]
    assert (await office.call("GET", "/v1/consignments?on_the_way=true", COUNT, **coming))["items"] == []
    (came,) = (await office.call("GET", "/v1/consignments?on_the_way=false", COUNT, **coming))["items"]
    assert (came["received"], came["missing"]) == (2, 0)
    assert moves(await stock(office, site["site_id"]))[1] == 2


async def test_a_count_is_for_ever(office: Office) -> None:
    site = await office.site("Counted for ever")
    path = f"/v1/pickup-sites/{site['site_id']}/stock-counts"
    await office.call("POST", path, COUNT, json={"counted": 0}, claims={"site_id": site["site_id"]}, expect=201)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await office.fetch("UPDATE stock_count SET counted = 5")
