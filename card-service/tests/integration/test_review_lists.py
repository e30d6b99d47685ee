"""Each number of a review, and of a site, district or week in it, equals the list of households behind it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from chassis.testing import check_pages

from ..sites import drafted
from .test_review import READ, ago, planted, reviewed, terminals, used

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

STEPS = ("registered", "entitled", "invited", "due", "awaited", "late", "collected", "activated", "ever_used", "used")
WEEKS = {"invited": "invited", "collected": "collected", "activated": "activated", "first_used": "ever_used"}
PART = {"site": "site_id", "district": "district", "cohort": "cohort"}


async def length(office: Office, phase_id: str, **query: Any) -> int:
    """How long the list is that a number opens."""
    path = f"/v1/rollout-phases/{phase_id}/households"
    found: set[str] = set()
    asked = {"limit": 7, **query}
    while True:
        page = await office.call("GET", path, READ, params=asked)
        ids = [one["household_id"] for one in page["items"]]
        assert ids == sorted(ids)
        assert not found & set(ids)
        found |= set(ids)
        if page["next"] is None:
            return len(found)
        asked["after"] = page["next"]


async def grown(office: Office, seed: int) -> str:
    """A phase with households at every step, at some sites, in some weeks."""
    chance = random.Random(seed)
    phase_id = await office.phase()
    homes = []
    for number in range(chance.randint(2, 3)):
        site = (await office.site(f"Of {seed}, {number}"))["site_id"]
        for _ in range(chance.randint(1, 3)):
            at = ago(office, chance.randint(-6, 40))
            came, late, never = (chance.randint(0, 6) for _ in range(3))
            made = await planted(office, phase_id, site, at, came, late, never)
            homes += made
    for _ in range(chance.randint(1, 4)):
        await office.household("child")  # registered, and nothing more
    drawn = chance.sample(homes, len(homes) // 3)
    await used(office, ago(office, chance.randint(0, 30)).date(), drawn, terminals("T1", 10, 1))
    return phase_id


@pytest.mark.parametrize("seed", [11, 12, 13])
async def test_every_number_of_a_review_is_the_length_of_its_list(open_office: OpenOffice, seed: int) -> None:
    async with open_office() as office:
        phase_id = await grown(office, seed)
        review = await reviewed(office, phase_id)
        funnel = review["phase"]["funnel"]
        assert funnel["registered"] > funnel["invited"] > funnel["collected"] > 0
        for step in STEPS:
            assert await length(office, phase_id, step=step) == funnel[step], step
        assert await length(office, phase_id, step="missed") == funnel["due"] - funnel["collected"]
        for part in review["parts"]:
            where = {PART[part["dimension"]]: part["key"]}
            for step in ("registered", "invited", "collected", "activated", "used"):
                assert await length(office, phase_id, step=step, **where) == part["funnel"][step], (part["key"], step)
            missed = part["funnel"]["due"] - part["funnel"]["collected"]
            assert await length(office, phase_id, step="missed", **where) == missed
        for week in review["weeks"]:
            for name, step in WEEKS.items():
                assert await length(office, phase_id, step=step, made_in=week["starts_on"]) == week[name], (week, step)


async def test_households_and_plans_of_a_phase_are_walked_page_by_page(open_office: OpenOffice) -> None:
    async with open_office() as office:
        for _ in range(5):
            await office.household()
        await office.site("Planned")
        phase_id = await office.phase()
        headers = office.issuer.headers("ministry", READ)
        await check_pages(office.client, headers, f"/v1/rollout-phases/{phase_id}/households", 5)
        made = [(await drafted(office, phase_id, limit=number + 1))["id"] for number in range(3)]
        found = await check_pages(office.client, headers, f"/v1/rollout-phases/{phase_id}/pickup-plans", 3)
        assert [one["id"] for one in found] == made[::-1]
        assert [one["limit"] for one in found] == [3, 2, 1]
