from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from card_service import POLICIES
from card_service.weeks import week_of
from chassis.testing import eventually
from policybook.testing import changed_copy

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

CAIRO = ZoneInfo("Africa/Cairo")
SITES = "sites:write"


async def set_clock(office: Office, now: datetime | None) -> None:
    body = {"now": now.isoformat() if now else None}
    await office.call("PUT", "/v1/training/clock/card", "training:clock", json=body)


async def test_a_site_is_entered_once_and_listed(office: Office) -> None:
    made = await office.site("Listed", governorate="19", district="19.07", opens="09:30", closes="14:00")
    assert (made["opens"], made["closes"], made["working_days"]) == ("09:30", "14:00", [1, 2, 3, 4, 6, 7])
    await office.site("Listed too", governorate="19", district="19.01")
    page = await office.call("GET", "/v1/pickup-sites?governorate=19", SITES)
    assert [one["name_en"] for one in page["items"]] == ["Listed", "Listed too"]
    assert page["items"][0] == made
    body = {key: made[key] for key in office.site_body("Listed")}
    twice = await office.call("POST", "/v1/pickup-sites", SITES, json=body, expect=409)
    assert twice["code"] == "site_exists"
    for wrong in (
        {"closes": "09:45"},
        {"working_days": [0]},
        {"governorate": "99"},
        {"opens": "25:00"},
        {"name_ar": "\u200b"},
    ):
        await office.call("POST", "/v1/pickup-sites", SITES, json=body | {"name_en": "x"} | wrong, expect=422)
    bound: dict[str, Any] = {"claims": {"governorate": "03"}}
    assert (await office.call("GET", "/v1/pickup-sites?governorate=19", SITES, **bound))["items"] == []
    await office.call("POST", "/v1/pickup-sites", SITES, json=body | {"name_en": "x"}, expect=403, **bound)


async def test_a_plan_places_households_within_capacity(open_office: OpenOffice) -> None:
    async with open_office(card_plan_chunk=10) as office:
        sites = [
            await office.site("A", hourly_capacity=1, opens="08:00", closes="10:00"),
            await office.site("B", district="03.07", hourly_capacity=2, opens="08:00", closes="10:00"),
        ]
        homes = [await office.household("spouse", "child") for _ in range(20)]
        phase_id = await office.phase()
        plan = await office.planned(phase_id, limit=34, holders="adults")
        assert (plan["status"], plan["scheduled"], plan["unplaced"]) == ("done", 34, {})
        assert {site["name"]: site["scheduled"] for site in plan["sites"]} == {"A": 12, "B": 22}
        assert {site["name"]: site["capacity"] for site in plan["sites"]} == {"A": 12, "B": 24}
        told = await office.events("PickupScheduled")
        assert len(told) == 34
        load = Counter((event["site_id"], event["starts_at"]) for event in told)
        capacity = {site["site_id"]: site["hourly_capacity"] for site in sites}
        assert all(people <= capacity[site_id] for (site_id, _), people in load.items())
        for event in told:
            starts = datetime.fromisoformat(event["starts_at"]).astimezone(CAIRO)
            assert starts.hour in {8, 9}
            assert starts.isoweekday() != 5
            assert event["site_name_ar"].startswith("مكتب")
        by_home: dict[str, set[str]] = {}
        for event in told:
            by_home.setdefault(event["household_id"], set()).add(event["site_id"])
        assert len(by_home) == 20
        assert all(len(found) == 1 for found in by_home.values())
        heads = {made["members"][0]["citizen_id"] for made, _ in homes}
        assert heads <= {event["citizen_id"] for event in told}
        phase = await office.call("GET", f"/v1/rollout-phases/{phase_id}", "rollout:read")
        assert phase["state"] == "distributing"
        assert phase["counters"] == {
            "registered_households": 20,
            "registered_citizens": 60,
            "planned": 34,
            "issued": 0,
            "activated": 0,
            "blocked": 0,
        }
        more = await office.planned(phase_id, limit=100, holders="adults")
        assert (more["scheduled"], sum(more["unplaced"].values())) == (2, 4)
        cards = await office.fetch("SELECT state, count(*) AS n FROM card GROUP BY 1")
        assert [tuple(row) for row in cards] == [("in_stock", 36)]


async def test_heads_only_and_their_limit(open_office: OpenOffice) -> None:
    async with open_office(card_plan_chunk=10) as office:
        for _ in range(15):
            await office.household("spouse")
        phase_id = await office.phase()
        nowhere = await office.planned(phase_id, limit=3)
        assert (nowhere["scheduled"], nowhere["unplaced"]) == (0, {"no_site_in_governorate": 3})
        await office.site()
        assert (await office.planned(phase_id, limit=12))["scheduled"] == 12
        assert (await office.planned(phase_id))["scheduled"] == 3
        assert (await office.planned(phase_id))["scheduled"] == 0


async def test_a_counter_sees_its_own_day(office: Office) -> None:
    site = await office.site("Today", governorate="21", hourly_capacity=1)
    _, (head,) = await office.household(governorate="21")
    await office.planned(await office.phase(governorate="21"))
    (card,) = await office.find(head)
    day = datetime.fromisoformat(card["appointment"]["starts_at"]).astimezone(CAIRO).date()
    path = f"/v1/pickup-sites/{site['site_id']}/appointments?day={day}"
    page = await office.call("GET", path, "cards:handover", claims={"site_id": site["site_id"]})
    assert [(one["card_id"], one["card_state"], one["state"]) for one in page["items"]] == [
        (card["card_id"], "in_stock", "scheduled")
    ]
    assert page["items"][0]["holder_name_masked"] == card["holder_name_masked"]
    other = await office.site("Not today", governorate="21")
    await office.call("GET", path, "cards:handover", claims={"site_id": other["site_id"]}, expect=404)
    await office.call("GET", path, SITES, claims={"governorate": "03"}, expect=404)


async def test_plans_are_refused_where_they_make_no_sense(office: Office, random_id: UUID) -> None:
    phase_id = await office.phase(governorate="35")
    path = f"/v1/rollout-phases/{phase_id}/pickup-plans"
    body = {"week_start": "2026-01-03", "limit": 1, "holders": "heads"}
    assert (await office.call("POST", path, "rollout:write", json=body, expect=422))["code"] == "week_is_over"
    body["week_start"] = "2099-01-03"
    unknown = f"/v1/rollout-phases/{random_id}/pickup-plans"
    assert (await office.call("POST", unknown, "rollout:write", json=body, expect=404))["code"] == "phase_not_found"
    await office.call("POST", path, "rollout:write", json=body, expect=404, claims={"governorate": "03"})
    await office.call("GET", f"/v1/pickup-plans/{random_id}", "rollout:read", expect=404)
    for wrong in ({"limit": 0}, {"holders": "children"}, {"week_start": "soon"}):
        await office.call("POST", path, "rollout:write", json=body | wrong, expect=422)


async def test_who_misses_the_hour_gets_another_one_once(open_office: OpenOffice) -> None:
    async with open_office() as office:
        await office.site(hourly_capacity=2)
        people = []
        for _ in range(3):
            _, (head,) = await office.household()
            people.append(head)
        await office.planned(await office.phase())
        (kept,) = await office.find(people[0])
        await office.hand_over(kept, people[0])
        await set_clock(office, datetime.now(UTC) + timedelta(days=40))

        async def missed(count: int) -> bool:
            return len(await office.events("PickupMissed")) == count

        await eventually(lambda: missed(2))
        assert len(await office.events("PickupScheduled")) == 5
        (card,) = await office.find(people[1])
        again = datetime.fromisoformat(card["appointment"]["starts_at"])
        assert card["appointment"]["state"] == "scheduled"
        assert datetime.now(UTC) + timedelta(days=40) < again < datetime.now(UTC) + timedelta(days=50)
        await set_clock(office, datetime.now(UTC) + timedelta(days=60))
        await eventually(lambda: missed(4))
        await asyncio.sleep(0.3)
        assert len(await office.events("PickupScheduled")) == 5
        (card,) = await office.find(people[1])
        assert (card["state"], card["appointment"]["state"]) == ("in_stock", "missed")
        await office.hand_over(card, people[1])
        await set_clock(office, None)


async def test_hours_given_again_after_a_miss_keep_to_what_is_invited_in_a_week(
    open_office: OpenOffice, tmp_path: Path
) -> None:
    policies = changed_copy(POLICIES, tmp_path / "policies", pickup__invited_a_week=2)
    async with open_office(policies=policies) as office:
        await office.site("Waited at")
        for _ in range(4):
            await office.household()
        phase = await office.phase()
        first = (datetime.now(UTC) + timedelta(days=30)).date()
        for weeks in range(2):
            done = await office.planned(phase, limit=2, week_start=(first + timedelta(weeks=weeks)).isoformat())
            assert done["scheduled"] == 2
        await set_clock(office, datetime.now(UTC) + timedelta(days=50))

        async def again() -> bool:
            return len(await office.events("PickupScheduled")) == 8

        await eventually(again, seconds=30)
        rows = await office.fetch("SELECT starts_at FROM appointment WHERE number = 2")
        weekly = Counter(week_of(row["starts_at"].astimezone(CAIRO).date()) for row in rows)
        assert sum(weekly.values()) == 4
        assert max(weekly.values()) == 2
        await set_clock(office, None)


async def test_an_hour_is_never_overbooked_whatever_is_tried(office: Office) -> None:
    site = await office.site("Full", governorate="32", hourly_capacity=1, opens="08:00", closes="09:00")
    await office.household(governorate="32")
    await office.planned(await office.phase(governorate="32"))
    with pytest.raises(asyncpg.CheckViolationError, match="never_overbooked"):
        await office.fetch("UPDATE pickup_slot SET taken = taken + 1 WHERE site_id = $1", site["site_id"])
