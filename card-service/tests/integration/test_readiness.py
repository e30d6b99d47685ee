"""Courses and seminars: who is trained, who is invited, and what both gates' indicators are measured by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chassis.ids import new_id
from chassis.testing import check_pages, eventually

from ..training import PLACE, WRITE, course, course_body, joined, outlet, seminar, seminar_body

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

COURSES, SEMINARS = "/v1/courses", "/v1/seminars"


@pytest.fixture
async def own(open_office: OpenOffice) -> AsyncIterator[Office]:
    """A service in which nobody else counts anything."""
    async with open_office() as opened:
        yield opened


def move(office: Office, days: float | None) -> None:
    """Business time so many days from now, or the present."""
    to = None if days is None else datetime.now(UTC) + timedelta(days=days)
    office.runtime.clock.move_to(to)  # type: ignore[attr-defined]  # a training system has a clock to move


async def judged(office: Office, of: dict[str, Any], participant: str, result: str, expect: int = 200) -> Any:
    path = f"{COURSES}/{of['course_id']}/participants/{participant}/result"
    return await office.call("PUT", path, WRITE, json={"result": result}, expect=expect)


async def readiness(office: Office) -> dict[str, Any]:
    found: dict[str, Any] = await office.call("GET", "/v1/readiness/03", "rollout:read")
    return found


async def test_staff_are_trained_as_long_as_their_course_is_good_and_for_their_own_place(own: Office) -> None:
    few, many = await outlet(own, 1), await outlet(own, 3)
    first = await course(own)
    people = [await joined(own, first, place, name) for place, name in (
        (few, "سعيد محمود"), (few, "حسن علي"), (many, "سعيد محمود"), (many, "كريم فؤاد"),
    )]  # fmt: skip
    assert (await readiness(own))["staff_trained"] == {"part": 0, "whole": 4, "share": "0.0000"}
    for participant in people[:3]:
        passed = await judged(own, first, participant, "passed")
    assert passed["valid_until"] is not None
    failed = await judged(own, first, people[3], "failed")
    assert (failed["result"], failed["valid_until"]) == ("failed", None)
    # Two trained at a place of one make up for nobody at the other.
    assert (await readiness(own))["staff_trained"] == {"part": 2, "whole": 4, "share": "0.5000"}
    listed = (await own.call("GET", "/v1/staff-to-train?governorate=03", "rollout:read"))["items"]
    assert {one["place_id"]: (one["trained"], one["staff"]) for one in listed} == {few: (2, 1), many: (1, 3)}
    again = await course(own)
    await judged(own, again, await joined(own, again, many, "سعيد  محمود"), "passed")
    assert (await readiness(own))["staff_trained"]["part"] == 2, "whoever passes twice is one"
    try:
        move(own, 366)
        assert (await readiness(own))["staff_trained"]["part"] == 0
    finally:
        move(own, None)


async def test_a_name_is_kept_sealed_and_a_clerk_by_the_id_of_signing_in(own: Office) -> None:
    site = await own.site("Trained", governorate="03")
    await own.call(
        "PUT", f"/v1/staff-to-train/{site['site_id']}", WRITE, json={"place_kind": "site", "staff": 2, **PLACE}
    )
    clerks, clerk = await course(own, audience="counter_staff"), str(new_id())
    path = f"{COURSES}/{clerks['course_id']}/participants"
    made = await own.call("POST", path, WRITE, json={"place_id": site["site_id"], "person_id": clerk})
    assert (made["person_id"], made["staff_name"], made["place_kind"]) == (clerk, None, "site")
    shop, keepers = await outlet(own), await course(own)
    await joined(own, keepers, shop, "سعيد محمود")
    (kept,) = await own.fetch("SELECT name_sealed, mark FROM course_participant WHERE name_sealed IS NOT NULL")
    assert "سعيد".encode() not in kept["name_sealed"] + kept["mark"]
    (shown,) = (await own.call("GET", f"{COURSES}/{keepers['course_id']}/participants", WRITE))["items"]
    assert shown["staff_name"] == "سعيد محمود"
    await own.call("GET", f"{COURSES}/{keepers['course_id']}/participants", "rollout:read", expect=403)


async def test_what_courses_refuse(own: Office) -> None:
    async def refused(code: str, method: str, path: str, expect: int, **body: Any) -> None:
        found = await own.call(method, path, WRITE, expect=expect, json=body)
        assert found["code"] == code
        assert found["title_ar"]

    await refused("course_day_over", "POST", COURSES, 422, **course_body(held_on="2024-01-01"))
    await refused("course_not_found", "POST", f"{COURSES}/{new_id()}/cancellation", 404)
    shop, elsewhere = await outlet(own), await outlet(own, governorate="19", district="19.01")
    one = await course(own, seats=1)
    people = f"{COURSES}/{one['course_id']}/participants"
    await refused("place_not_to_train", "POST", people, 409, place_id=str(new_id()), staff_name="سعيد محمود")
    await refused("place_elsewhere", "POST", people, 409, place_id=elsewhere, staff_name="سعيد محمود")
    await refused("invalid_request", "POST", people, 422, place_id=shop)
    await refused("site_not_found", "PUT", f"/v1/staff-to-train/{new_id()}", 404, place_kind="site", staff=1, **PLACE)
    moved = {"place_kind": "outlet", "staff": 1, "governorate": "03", "district": "03.05"}
    await refused("place_elsewhere", "PUT", f"/v1/staff-to-train/{shop}", 409, **moved)
    participant = await joined(own, one, shop, "سعيد محمود")
    await refused("course_full", "POST", people, 409, place_id=shop, staff_name="حسن علي")
    await judged(own, one, participant, "passed")
    await refused("course_has_results", "POST", f"{COURSES}/{one['course_id']}/cancellation", 409)
    assert (await judged(own, one, str(new_id()), "passed", expect=404))["code"] == "participant_not_found"
    later = await course(own, held_on=f"{(datetime.now(UTC) + timedelta(days=3)).date()}")
    somebody = await joined(own, later, shop, "سعيد محمود")
    twice = f"{COURSES}/{later['course_id']}/participants"
    await refused("participant_known", "POST", twice, 409, place_id=shop, staff_name="سعيد محمود")
    assert (await judged(own, later, somebody, "passed", expect=409))["code"] == "course_not_held"
    await own.call("POST", f"{COURSES}/{later['course_id']}/cancellation", WRITE)
    assert (await judged(own, later, somebody, "passed", expect=409))["code"] == "course_cancelled"
    await refused("course_cancelled", "POST", twice, 409, place_id=shop, staff_name="حسن علي")
    await refused("course_cancelled", "POST", f"{COURSES}/{later['course_id']}/cancellation", 409)


async def invited(office: Office, of: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in await office.events("SeminarInvited") if one["seminar_id"] == of["seminar_id"]]


async def order(office: Office, of: dict[str, Any], count: int, expect: int = 202) -> Any:
    path = f"{SEMINARS}/{of['seminar_id']}/invitations"
    return await office.call("POST", path, WRITE, json={"count": count}, expect=expect)


async def seen(office: Office, of: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await office.call("GET", f"{SEMINARS}/{of['seminar_id']}", "rollout:read")
    return found


async def settled(office: Office, of: dict[str, Any]) -> dict[str, Any]:
    """A seminar once all its invitations have gone out, or nobody is left."""

    async def done() -> dict[str, Any] | None:
        found = await seen(office, of)
        return found if found["invited"] == found["wanted"] else None

    found: dict[str, Any] = await eventually(done, seconds=30)
    return found


async def test_a_district_is_invited_within_the_bound_each_household_once(own: Office) -> None:
    homes = [(await own.household("spouse"))[0] for _ in range(5)]
    heads = {home["members"][0]["citizen_id"] for home in homes}
    silent, _ = await own.household(members=[own.person("head", mobile=None)])
    restricted, _ = await own.household()
    await own.fetch(
        "INSERT INTO restriction (restriction_id, citizen_id, ground, starts_on)"
        " VALUES (gen_random_uuid(), $1, 'objection', '2020-01-01') RETURNING 1",
        restricted["members"][0]["citizen_id"],
    )
    await own.household(district="03.05")
    small = await seminar(own, seats=1)
    assert (await order(own, small, 5, expect=409))["code"] == "too_many_invited"
    await order(own, small, 2)
    refused = await order(own, small, 3, expect=409)
    assert (refused["code"], refused["most"], refused["left"]) == ("too_many_invited", 4, 2)
    assert (await settled(own, small))["invited"] == 2
    large = await seminar(own)
    await order(own, large, 40)
    assert (await settled(own, large))["invited"] == 3, "those who are left: one seminar in ninety days"
    told = [*await invited(own, small), *await invited(own, large)]
    assert len(told) == 5
    assert {one["citizen_id"] for one in told} == heads
    assert silent["members"][0]["citizen_id"] not in heads
    off = await own.call("POST", f"{SEMINARS}/{large['seminar_id']}/cancellation", WRITE)
    assert off["state"] == "cancelled"
    called_off = {one["citizen_id"] for one in await own.events("SeminarCalledOff")}
    assert called_off == {one["citizen_id"] for one in await invited(own, large)}


async def test_the_last_seats_are_promised_once(own: Office) -> None:
    meant = await seminar(own, seats=5)
    path = f"{SEMINARS}/{meant['seminar_id']}/sign-ups"
    headers = [own.issuer.headers("desk", "cards:report") for _ in range(8)]
    replies = await asyncio.gather(*(own.client.post(path, json={"people": 2}, headers=one) for one in headers))
    assert sorted(one.status_code for one in replies) == [201, 201, *[409] * 6]
    assert {one.json()["code"] for one in replies if one.status_code == 409} == {"seminar_full"}
    assert (await seen(own, meant))["signed_up"] == 4


async def test_seminars_count_when_they_were_held(own: Office) -> None:
    held, due, off = [await seminar(own, hours=h, seats=20) for h in (1, 2, 3)]
    await own.call("POST", f"{SEMINARS}/{held['seminar_id']}/sign-ups", "cards:handover", json={"people": 3})
    path = f"{SEMINARS}/{held['seminar_id']}/attendance"
    early = await own.call("PUT", path, WRITE, json={"attended": 12}, expect=409)
    assert early["code"] == "seminar_not_begun"
    await own.call("POST", f"{SEMINARS}/{off['seminar_id']}/cancellation", WRITE)
    try:
        move(own, 1)
        await own.call("PUT", path, WRITE, json={"attended": 12})
        for what, body in (("sign-ups", {"people": 1}), ("invitations", {"count": 1}), ("cancellation", {})):
            late = await own.call("POST", f"{SEMINARS}/{due['seminar_id']}/{what}", WRITE, json=body, expect=409)
            assert late["code"] == "seminar_begun"
        assert (await readiness(own))["seminars"] == {
            "planned": 2, "due": 2, "held": 1, "seats_held": 20, "signed_up": 3, "attended": 12, "invited": 0,
            "held_of_planned": {"part": 1, "whole": 2, "share": "0.5000"},
        }  # fmt: skip
    finally:
        move(own, None)
    over = await own.call("POST", SEMINARS, WRITE, json=seminar_body(-1), expect=422)
    assert over["code"] == "seminar_hour_over"
    for method, what, body in (("POST", "sign-ups", {"people": 1}), ("PUT", "attendance", {"attended": 1})):
        gone = await own.call(method, f"{SEMINARS}/{off['seminar_id']}/{what}", WRITE, json=body, expect=409)
        assert gone["code"] == "seminar_cancelled"


async def test_every_list(own: Office) -> None:
    headers = own.issuer.headers("ministry", "rollout:write")
    places = [await outlet(own, 1) for _ in range(3)]
    courses = [await course(own) for _ in range(3)]
    for name in ("سعيد محمود", "حسن علي", "كريم فؤاد"):
        await joined(own, courses[0], places[0], name)
    for _ in range(3):
        await seminar(own)
    for path in (COURSES, SEMINARS, "/v1/staff-to-train", f"{COURSES}/{courses[0]['course_id']}/participants"):
        await check_pages(own.client, headers, path, 3)
