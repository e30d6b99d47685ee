"""A site's day: each number equals the list behind it, whatever has happened there."""

from __future__ import annotations

import random
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from chassis.clock import CAIRO

if TYPE_CHECKING:
    from ..conftest import Office

HANDOVER, COUNT = "cards:handover", "stock:count"
MOVED = ("received", "issued", "spoiled", "returned", "ended")


async def walked(office: Office, path: str, scope: str, site_id: str, **query: Any) -> list[dict[str, Any]]:
    """A list to its end, by small pages, none of whose items comes twice."""
    items: list[dict[str, Any]] = []
    asked = {"limit": 3, **query}
    while True:
        page = await office.call("GET", path, scope, params=asked, claims={"site_id": site_id})
        items += page["items"]
        if page["next"] is None:
            assert len({str(item) for item in items}) == len(items)
            return items
        asked["after"] = page["next"]


async def lived(office: Office, seed: int) -> tuple[str, str]:
    """A site with a planned week and cards, some of them handed over, appointments in every state: it and a day."""
    chance = random.Random(seed)
    site = await office.site(f"Day {seed}", governorate="19", hourly_capacity=chance.randint(2, 5))
    heads = [(await office.household(governorate="19"))[1][0] for _ in range(chance.randint(8, 14))]
    await office.planned(await office.phase(governorate="19"))
    for head in heads:
        (card,) = await office.find(head)
        if card["site"]["site_id"] == site["site_id"] and chance.random() < 0.4:
            await office.hand_over(card, head)
    for row in await office.fetch("SELECT appointment_id FROM appointment WHERE state = 'scheduled'"):
        if chance.random() < 0.5:
            state = chance.choice(["missed", "cancelled"])
            await office.fetch(
                "UPDATE appointment SET state = $2 WHERE appointment_id = $1", row["appointment_id"], state
            )
    (row,) = await office.fetch(
        "SELECT min(starts_at) AS first FROM appointment WHERE site_id = $1::text::uuid", site["site_id"]
    )
    day = row["first"].astimezone(CAIRO).date().isoformat()
    await office.site(f"Beside {seed}", governorate="19")
    return site["site_id"], day


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_number_of_a_day_is_the_length_of_its_list(office: Office, seed: int) -> None:
    site_id, day = await lived(office, seed)
    path = f"/v1/pickup-sites/{site_id}/appointments"
    claims = {"site_id": site_id}
    page = await office.call("GET", path, HANDOVER, params={"day": day, "limit": 1}, claims=claims)
    assert sum(one["number"] for one in page["counts"]) > 1
    for one in page["counts"]:
        found = await walked(office, path, HANDOVER, site_id, day=day, state=one["state"], hour=one["starts_at"])
        assert len(found) == one["number"]
        assert {(item["state"], item["starts_at"]) for item in found} == {(one["state"], one["starts_at"])}
    for state in {one["state"] for one in page["counts"]}:
        whole = sum(one["number"] for one in page["counts"] if one["state"] == state)
        assert len(await walked(office, path, HANDOVER, site_id, day=day, state=state)) == whole
    everybody = await walked(office, path, HANDOVER, site_id, day=day)
    assert len(everybody) == sum(one["number"] for one in page["counts"])
    assert [one["starts_at"] for one in everybody] == sorted(one["starts_at"] for one in everybody)
    narrowed = await office.call("GET", path, HANDOVER, params={"day": day, "state": "missed"}, claims=claims)
    assert narrowed["counts"] == page["counts"]  # of the whole day, whatever is looked at
    await _stock_is_its_lists(office, site_id)


async def _stock_is_its_lists(office: Office, site_id: str) -> None:
    stock = await office.call("GET", f"/v1/pickup-sites/{site_id}/stock", COUNT, claims={"site_id": site_id})
    assert stock["received"] > 0
    path = f"/v1/pickup-sites/{site_id}/stock"
    for part in MOVED:
        steps = await walked(office, f"{path}/movements", COUNT, site_id, part=part)
        assert len(steps) == stock[part], part
    for part, number in (("here", "closing"), ("on_the_way", "on_the_way"), ("of_trials", "of_trials")):
        cards = await walked(office, f"{path}/cards", COUNT, site_id, part=part)
        assert len({one["card_id"] for one in cards}) == stock[number], part


async def test_an_hour_that_is_none_is_refused(office: Office) -> None:
    site = await office.site("Asked", governorate="21")
    path = f"/v1/pickup-sites/{site['site_id']}/appointments"
    for wrong in ({"hour": "9"}, {"hour": datetime(1, 1, 1).isoformat() + "Z"}, {"state": "late"}):  # noqa: DTZ001
        query = {"day": "2026-12-02", **wrong}
        await office.call("GET", path, HANDOVER, params=query, claims={"site_id": site["site_id"]}, expect=422)
