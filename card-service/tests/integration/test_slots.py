from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from card_service.distribution import repository, slots
from card_service.distribution.errors import SlotFull, SlotUnknown
from card_service.distribution.slot_making import calendar_of, ensure
from chassis.testing import eventually

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

CAIRO = ZoneInfo("Africa/Cairo")
SITES = "sites:write"
WEEK = [6, 7, 1, 2, 3, 4]
BREAK = [{"begins": "12:00", "ends": "12:30"}]


def next_day(weekday: int) -> date:
    """The next such day that is not today."""
    today = datetime.now(CAIRO).date()
    return today + timedelta(days=(weekday - today.isoweekday() - 1) % 7 + 1)


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=CAIRO).astimezone(UTC)


async def hours_of(office: Office, site: dict[str, Any], day: date, **options: Any) -> dict[str, tuple[int, int, int]]:
    """By the clock on the wall: what is offered, taken and free."""
    path = f"/v1/pickup-sites/{site['site_id']}/slots?from={day}&to={day}"
    found = await office.call("GET", path, SITES, **options)
    return {
        f"{datetime.fromisoformat(one['starts_at']).astimezone(CAIRO):%H:%M}": (
            one["capacity"],
            one["taken"],
            one["free"],
        )
        for one in found["slots"]
        if one["capacity"] or one["taken"]
    }


def week(**changed: Any) -> dict[str, Any]:
    days = [{"weekday": day, "opens": "09:00", "closes": "13:30", "breaks": BREAK} for day in WEEK]
    return {"hours": days, "counters": 3, "minutes_per_visitor": 10} | changed


async def test_a_site_with_hours_by_weekday_offers_slots_ahead(office: Office) -> None:
    body = {key: one for key, one in office.site_body("By weekday").items() if key not in {"opens", "closes"}}
    del body["working_days"], body["hourly_capacity"]
    place = {"latitude": 31.26, "longitude": 32.28}
    site = await office.call("POST", "/v1/pickup-sites", SITES, json=body | week() | place)
    assert (site["hourly_capacity"], site["opens"], site["closes"]) == (18, "09:00", "13:30")
    assert site["working_days"] == sorted(WEEK)
    assert site["hours"][0] == {"weekday": 1, "opens": "09:00", "closes": "13:30", "breaks": BREAK}
    saturday = next_day(6)
    assert await hours_of(office, site, saturday) == dict.fromkeys(("09:00", "10:00", "11:00", "12:30"), (18, 0, 18))
    assert await hours_of(office, site, saturday - timedelta(days=1)) == {}
    assert await hours_of(office, site, saturday + timedelta(days=50))
    faults: tuple[dict[str, Any], ...] = (
        {"counters": None},
        {"hourly_capacity": 5},
        {"opens": "09:00"},
        {"longitude": None},
        {"hours": []},
        {"hours": [{"weekday": 6, "opens": "09:00", "closes": "09:30"}]},
    )
    for wrong in faults:
        refused = body | week() | place | {"name_en": "x"} | wrong
        await office.call("POST", "/v1/pickup-sites", SITES, json=refused, expect=422)


async def test_slots_follow_the_hours_and_keep_who_was_promised(office: Office) -> None:
    site = await office.site("Changed", governorate="11", hourly_capacity=2)
    saturday = next_day(6)
    assert (await hours_of(office, site, saturday))["14:00"] == (2, 0, 2)
    async with office.runtime.sessions() as session, session.begin():
        await slots.take(session, UUID(site["site_id"]), at(saturday, 14), 2)
        await slots.take(session, UUID(site["site_id"]), at(saturday, 9), 2)
    path = f"/v1/pickup-sites/{site['site_id']}"
    changed = await office.call("PUT", f"{path}/hours", SITES, json=week(counters=1, minutes_per_visitor=60))
    assert (changed["hourly_capacity"], changed["counters"]) == (1, 1)
    shown = {"09:00": (1, 2, 0), "10:00": (1, 0, 1), "11:00": (1, 0, 1), "12:30": (1, 0, 1), "14:00": (0, 2, 0)}
    assert await hours_of(office, site, saturday) == shown
    with pytest.raises(SlotFull):
        async with office.runtime.sessions() as session, session.begin():
            await slots.take(session, UUID(site["site_id"]), at(saturday, 14))
    with pytest.raises(SlotUnknown):
        async with office.runtime.sessions() as session, session.begin():
            await slots.take(session, UUID(site["site_id"]), at(saturday, 3))
    async with office.runtime.sessions() as session, session.begin():
        await slots.release(session, UUID(site["site_id"]), at(saturday, 9))
    rows = await office.fetch(
        "SELECT taken, offered, capacity FROM pickup_slot WHERE site_id = $1 AND starts_at = $2",
        site["site_id"],
        at(saturday, 9),
    )
    assert [tuple(row) for row in rows] == [(1, 1, 1)]
    for wrong in ({"counters": 0}, {"hours": week()["hours"][:1] * 2}, {"hourly_capacity": 3}):
        await office.call("PUT", f"{path}/hours", SITES, json=week(**wrong), expect=422)


async def test_a_closed_site_offers_nothing_and_says_who_is_displaced(office: Office) -> None:
    site = await office.site("Shut", governorate="12", hourly_capacity=2)
    _, (head, *_) = await office.household(governorate="12")
    saturday = next_day(6)
    await office.planned(await office.phase(governorate="12"), week_start=saturday.isoformat())
    (card,) = await office.find(head)
    comes = datetime.fromisoformat(card["appointment"]["starts_at"])
    path = f"/v1/pickup-sites/{site['site_id']}/closures"
    until = (comes + timedelta(hours=1)).isoformat()
    sooner = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    for wrong in (
        {"kind": "emergency", "ends_at": sooner},
        {"kind": "planned", "ends_at": until},
        {"kind": "planned", "begins_at": until, "ends_at": until},
    ):
        refused = await office.call("POST", path, SITES, json=wrong | {"reason": "كهرباء"}, expect=422)
        assert refused["code"] == "closure_period_invalid"
    body = {"kind": "emergency", "ends_at": until, "reason": "انقطاع الكهرباء"}
    made = await office.call("POST", path, SITES, json=body, subject="manager")
    assert (made["entered_by"], made["withdrawn_at"]) == ("manager", None)
    day = comes.astimezone(CAIRO).date()
    assert set((await hours_of(office, site, day)).values()) >= {(0, 1, 0)}
    async with office.runtime.sessions() as session:
        found = await slots.displaced(session, datetime.now(UTC), 10, UUID(site["site_id"]))
    rows = await office.fetch("SELECT appointment_id FROM appointment WHERE card_id = $1", card["card_id"])
    assert found == [row["appointment_id"] for row in rows]
    back = await office.call("POST", f"{path}/{made['closure_id']}/withdrawal", SITES, subject="other manager")
    assert back["withdrawn_by"] == "other manager"
    again = await office.call("POST", f"{path}/{made['closure_id']}/withdrawal", SITES, expect=409)
    assert again["code"] == "closure_is_over"
    unknown = await office.call("POST", f"{path}/{site['site_id']}/withdrawal", SITES, expect=404)
    assert unknown["code"] == "closure_not_found"
    assert (await office.call("GET", path, SITES))["items"] == [back]
    async with office.runtime.sessions() as session:
        assert await slots.displaced(session, datetime.now(UTC), 10, UUID(site["site_id"])) == []


async def test_a_site_ends_with_its_last_day(office: Office) -> None:
    site = await office.site("Ending", governorate="13")
    path = f"/v1/pickup-sites/{site['site_id']}/ending"
    saturday = next_day(6)
    past = {"ends_on": str(saturday - timedelta(days=30)), "reason": "نقل"}
    assert (await office.call("POST", path, SITES, json=past, expect=422))["code"] == "site_end_is_past"
    ended = await office.call("POST", path, SITES, json={"ends_on": str(saturday), "reason": "نقل"})
    assert ended["ends_on"] == str(saturday)
    assert await hours_of(office, site, saturday)
    assert await hours_of(office, site, saturday + timedelta(days=1)) == {}
    await office.fetch(
        "UPDATE pickup_site SET ends_on = $2 WHERE site_id = $1", site["site_id"], saturday - timedelta(days=8)
    )
    assert (await office.call("POST", path, SITES, json=past, expect=409))["code"] == "site_ended"


async def test_slots_are_shown_to_counters_of_the_governorate_for_two_months(office: Office) -> None:
    site = await office.site("Shown", governorate="14")
    other = await office.site("Other", governorate="14")
    elsewhere = {"claims": {"governorate": "03"}}
    saturday = next_day(6)
    here = {"claims": {"governorate": "14", "site_id": other["site_id"]}}
    assert await hours_of(office, site, saturday, **here)
    path = f"/v1/pickup-sites/{site['site_id']}/slots"
    await office.call("GET", f"{path}?from={saturday}&to={saturday}", SITES, expect=404, **elsewhere)
    for first, last in ((saturday, saturday - timedelta(days=1)), (saturday, saturday + timedelta(days=62))):
        refused = await office.call("GET", f"{path}?from={first}&to={last}", SITES, expect=422)
        assert refused["code"] == "slot_period_invalid"


async def test_the_last_places_of_a_day_are_taken_once(office: Office) -> None:
    site = await office.site("Last", governorate="15", hourly_capacity=5, opens="08:00", closes="10:00")
    saturday = next_day(6)

    async def taken(number: int) -> bool:
        try:
            async with office.runtime.sessions() as session, session.begin():
                await slots.take(session, UUID(site["site_id"]), at(saturday, 8 + number % 2))
        except SlotFull:
            return False
        return True

    outcomes = await asyncio.gather(*(taken(number) for number in range(40)))
    assert Counter(outcomes) == {True: 10, False: 30}
    assert await hours_of(office, site, saturday) == {"08:00": (5, 5, 0), "09:00": (5, 5, 0)}


async def test_whoever_takes_and_whoever_changes_hours_do_not_overbook(office: Office) -> None:
    site = await office.site("Both", governorate="16", hourly_capacity=4, opens="08:00", closes="10:00")
    saturday, path = next_day(6), f"/v1/pickup-sites/{site['site_id']}/hours"

    async def taken(_: int) -> None:
        async with office.runtime.sessions() as session, session.begin():
            await slots.take_many(session, {(UUID(site["site_id"]), at(saturday, hour)): 1 for hour in (9, 8)})

    async def changed(counters: int) -> None:
        day = [{"weekday": 6, "opens": "08:00", "closes": "10:00"}]
        body = {"hours": day, "counters": counters, "minutes_per_visitor": 60}
        await office.call("PUT", path, SITES, json=body)

    steps = [taken(n) if n % 4 else changed(n // 4 + 1) for n in range(24)]
    outcomes = await asyncio.gather(*steps, return_exceptions=True)
    assert all(one is None or isinstance(one, SlotFull) for one in outcomes)
    rows = await office.fetch(
        "SELECT taken, capacity FROM pickup_slot WHERE site_id = $1 AND taken > 0", site["site_id"]
    )
    assert rows
    assert all(row["taken"] <= min(row["capacity"], 6) for row in rows)


async def test_slots_are_made_anew_each_day_and_when_the_calendar_changes(open_office: OpenOffice) -> None:
    async with open_office() as office:
        site = await office.site("Daily")
        deps = office.runtime.state.dependencies
        far = datetime.now(CAIRO).date() + timedelta(days=90)
        assert await hours_of(office, site, far) == {}
        async with office.runtime.sessions() as session, session.begin():
            (row,) = (await repository.sites_by_id(session, [UUID(site["site_id"])])).values()
            await ensure(session, deps, [row], far, 7)
        ahead = [await hours_of(office, site, far + timedelta(days=n)) for n in range(7)]
        assert sum(map(bool, ahead)) >= 5
        before = calendar_of(deps)
        await office.call(
            "PUT",
            "/v1/training/clock/card",
            "training:clock",
            json={"now": (datetime.now(UTC) + timedelta(days=8)).isoformat()},
        )

        async def made() -> bool:
            ((by,),) = await office.fetch("SELECT slots_by FROM pickup_site WHERE site_id = $1", site["site_id"])
            return bool(by != before and by == calendar_of(deps))

        await eventually(made)
        later = datetime.now(CAIRO).date() + timedelta(days=70 + 1)
        shown = [await hours_of(office, site, later + timedelta(days=n)) for n in range(7)]
        assert any(shown)
