"""Changes of appointments: another hour, another site, called off, walk-ins, a site that is shut."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from card_service.appointments.walk_ins import share_of
from card_service.distribution.models import Slot
from chassis.clock import CAIRO, business_day
from chassis.ids import new_id
from chassis.testing import check_pages, eventually

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

COUNTER = "cards:handover"
Waiting = tuple[dict[str, Any], dict[str, Any]]  # the card as a counter found it, and its holder


@pytest.fixture
async def office(open_office: OpenOffice) -> AsyncIterator[Office]:
    """A service for each test: its sites are all there are."""
    async with open_office() as opened:
        yield opened


def at(office: Office, instant: datetime | None) -> None:
    """Move business time."""
    office.runtime.clock.move_to(instant)  # type: ignore[attr-defined]  # a training system has a clock to move


async def invited(office: Office, number: int = 1) -> list[Waiting]:
    """Cards with an appointment in the week after next."""
    heads = [(await office.household())[1][0] for _ in range(number)]
    week = (datetime.now(UTC) + timedelta(days=10)).date()
    done = await office.planned(await office.phase(), week_start=week.isoformat())
    assert done["scheduled"] == number, done
    return [((await office.find(head))[0], head) for head in heads]


async def free(office: Office, card: Waiting, **query: Any) -> list[dict[str, Any]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    found = await office.call("GET", f"/v1/cards/{card[0]['card_id']}/free-hours?limit=500&{asked}", COUNTER)
    items: list[dict[str, Any]] = found["items"]
    return items


async def rebook(office: Office, card: Waiting, hour: dict[str, Any], expect: int = 200, **more: Any) -> Any:
    body = {"site_id": hour["site_id"], "starts_at": hour["starts_at"]}
    path = f"/v1/cards/{card[0]['card_id']}/appointment"
    return await office.call("PUT", path, COUNTER, json=body, expect=expect, **more)


async def walk_in(office: Office, card: Waiting, site_id: str, expect: int = 201) -> Any:
    path = f"/v1/cards/{card[0]['card_id']}/walk-ins"
    return await office.call("POST", path, COUNTER, expect=expect, claims={"site_id": site_id})


async def booked(office: Office, card: Waiting) -> dict[str, Any]:
    ((found,),) = [await office.find(card[1])]
    appointment: dict[str, Any] = found["appointment"]
    return appointment


async def kept_whole(office: Office) -> None:
    """No hour has more than it offers, and each has as many as are expected."""
    rows = await office.fetch(
        "SELECT s.taken, coalesce(s.offered, s.capacity) AS offered, count(a.appointment_id) AS expected"
        " FROM pickup_slot s LEFT JOIN appointment a"
        " ON a.site_id = s.site_id AND a.starts_at = s.starts_at AND a.state <> 'cancelled'"
        " GROUP BY s.site_id, s.starts_at"
    )
    assert all(row["taken"] == row["expected"] <= row["offered"] for row in rows)


async def test_a_holder_chooses_another_hour_and_the_one_before_is_anothers(office: Office) -> None:
    site = await office.site(hourly_capacity=1)
    (card,) = await invited(office)
    hours = await free(office, card)
    assert {hour["site_id"] for hour in hours} == {site["site_id"]}
    before = await booked(office, card)
    assert before["starts_at"] not in {hour["starts_at"] for hour in hours}
    done = await rebook(office, card, hours[3], subject="clerk-7")
    assert (done["kind"], done["starts_at"], done["changed_by"]) == ("rebooked", hours[3]["starts_at"], "clerk-7")
    assert (await booked(office, card))["starts_at"] == hours[3]["starts_at"]
    assert before["starts_at"] in {hour["starts_at"] for hour in await free(office, card)}
    told = await office.events("PickupScheduled")
    assert [one["because"] for one in told] == ["planned", "rebooked"]
    await kept_whole(office)
    headers = office.issuer.headers("ministry", COUNTER)
    path = f"/v1/cards/{card[0]['card_id']}/free-hours"
    await check_pages(office.client, headers, path, len(await free(office, card)))


async def test_only_so_often_and_only_hours_that_there_are(office: Office) -> None:
    await office.site(hourly_capacity=5)
    (card,) = await invited(office)
    hours = await free(office, card)
    odd = datetime.fromisoformat(hours[0]["starts_at"]) + timedelta(minutes=7)
    unknown = await rebook(office, card, hours[0] | {"starts_at": odd.isoformat()}, 404)
    assert unknown["code"] == "slot_not_found"
    past = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    assert (await rebook(office, card, hours[0] | {"starts_at": past}, 409))["code"] == "slot_too_soon"
    far = (datetime.now(UTC) + timedelta(days=50)).isoformat()
    assert (await rebook(office, card, hours[0] | {"starts_at": far}, 409))["code"] == "slot_too_far"
    elsewhere = await rebook(office, card, hours[0] | {"site_id": str(new_id())}, 404)
    assert elsewhere["code"] == "site_not_found"
    for hour in hours[:3]:
        await rebook(office, card, hour)
    assert (await rebook(office, card, hours[4], 409))["code"] == "rebooked_too_often"
    await office.hand_over(card[0], card[1])
    assert (await rebook(office, card, hours[4], 409))["code"] == "card_not_waiting"


async def test_two_who_want_the_last_place_of_an_hour(office: Office) -> None:
    await office.site(hourly_capacity=1)
    cards = await invited(office, 6)
    wanted = (await free(office, cards[0]))[0]
    path = "/v1/cards/{}/appointment"
    body = {"site_id": wanted["site_id"], "starts_at": wanted["starts_at"]}
    replies = await asyncio.gather(
        *(
            office.client.put(
                path.format(card["card_id"]), json=body, headers=office.issuer.headers(f"clerk-{n}", COUNTER)
            )
            for n, (card, _) in enumerate(cards)
        )
    )
    codes = Counter((reply.status_code, reply.json().get("code")) for reply in replies)
    assert codes == {(200, None): 1, (409, "slot_full"): 5}
    states = [(await booked(office, card))["state"] for card in cards]
    assert states == ["scheduled"] * 6, "who did not get it keeps the hour of before"
    await kept_whole(office)


async def test_two_who_change_hours_with_each_other_do_not_wait_in_a_circle(office: Office) -> None:
    await office.site(hourly_capacity=3)
    one, two = await invited(office, 2)
    first, second = (await free(office, one))[4:6]
    for card, hour in ((one, first), (two, second)):
        await rebook(office, card, hour)
    await asyncio.gather(rebook(office, one, second), rebook(office, two, first))
    await kept_whole(office)


async def test_two_clerks_with_one_card(office: Office) -> None:
    await office.site()
    ((found, head),) = await invited(office)
    headers = [office.issuer.headers(f"clerk-{n}", COUNTER, site_id=found["site"]["site_id"]) for n in range(4)]
    replies = await asyncio.gather(
        *(
            office.client.post(
                f"/v1/cards/{found['card_id']}/handover", json={"national_id": head["national_id"]}, headers=one
            )
            for one in headers
        )
    )
    codes = Counter((reply.status_code, reply.json().get("code")) for reply in replies)
    assert codes == {(200, None): 1, (409, "card_state_conflict"): 3}
    assert len(await office.events("CardIssued")) == 1


async def test_a_card_travels_to_the_site_that_its_holder_chose(office: Office) -> None:
    first = await office.site("First", hourly_capacity=5)
    (card,) = await invited(office)
    other = await office.site("Second", hourly_capacity=5)
    await eventually(lambda: free(office, card, site_id=other["site_id"]))
    hours = await free(office, card, site_id=other["site_id"])
    assert business_day(datetime.fromisoformat(hours[0]["starts_at"])) > office.runtime.state.dependencies.today()
    soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    refused = await rebook(office, card, {"site_id": other["site_id"], "starts_at": soon}, 409)
    assert (refused["code"], "earliest" in refused) == ("slot_too_soon", True)
    done = await rebook(office, card, hours[0])
    assert (done["kind"], done["site_id"]) == ("moved", other["site_id"])
    (found,) = await office.find(card[1])
    assert found["site"]["site_id"] == first["site_id"], "it lies there until it is sent"
    refused = await office.hand_over(found, card[1], site_id=other["site_id"], expect=409)
    assert refused["code"] == "card_on_its_way"
    assert datetime.fromisoformat(hours[0]["starts_at"]).date().isoformat() >= refused["expected_on"]
    assert [one["because"] for one in await office.events("PickupScheduled")] == ["planned", "moved"]


async def test_an_appointment_is_called_off(office: Office) -> None:
    await office.site(hourly_capacity=1)
    (card,) = await invited(office)
    path = f"/v1/cards/{card[0]['card_id']}/appointment/cancellation"
    gone = await office.call("POST", path, "cards:report")
    assert (gone["kind"], gone["starts_at"]) == ("cancelled", None)
    assert (await office.call("POST", path, COUNTER, expect=409))["code"] == "no_appointment"
    assert [one["because"] for one in await office.events("PickupCancelled")] == ["asked"]
    await kept_whole(office)
    assert (await rebook(office, card, (await free(office, card))[0]))["kind"] == "rebooked"


async def test_who_walks_in_is_taken_in_a_free_hour_then_in_the_share_and_then_not(office: Office) -> None:
    # two hours of five places: ten a day, of which one more walks in beside them
    site = await office.site(hourly_capacity=5, opens="08:00", closes="10:00")
    cards = await invited(office, 8)
    hours = [datetime.fromisoformat(one["starts_at"]) for one in await free(office, cards[0])]
    hour = next(one for one in hours if one.astimezone(CAIRO).hour == 8)  # of a day that has not begun
    at(office, hour + timedelta(minutes=5))
    try:
        for card in cards[:5]:
            taken = await walk_in(office, card, site["site_id"])
            assert (taken["kind"], datetime.fromisoformat(taken["starts_at"])) == ("walk_in", hour)
        beside = await walk_in(office, cards[5], site["site_id"])
        assert (beside["kind"], beside["starts_at"]) == ("walk_in", None)
        refused = await walk_in(office, cards[6], site["site_id"], 409)
        assert (refused["code"], datetime.fromisoformat(refused["next_free"])) == (
            "no_room_today",
            hour + timedelta(hours=1),
        )
        elsewhere = await walk_in(office, cards[7], str(new_id()), 409)
        assert elsewhere["code"] == "other_site"
        again = await walk_in(office, cards[0], site["site_id"])
        assert datetime.fromisoformat(again["starts_at"]) == hour
        await office.hand_over(cards[5][0], cards[5][1])
        await kept_whole(office)
    finally:
        at(office, None)


def test_a_share_is_rounded_down() -> None:
    day = [Slot(new_id(), datetime(2026, 12, 6, hour, tzinfo=UTC), 5, 5) for hour in (7, 8)]
    assert [share_of(day, percent) for percent in (0, 9, 10, 25, 100)] == [0, 0, 1, 2, 10]


async def close(office: Office, site_id: str, days: int) -> None:
    ends = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    body = {"kind": "emergency", "ends_at": ends, "reason": "burst pipe"}
    await office.call("POST", f"/v1/pickup-sites/{site_id}/closures", "sites:write", json=body)


async def replanned(office: Office, number: int) -> bool:
    told = await office.events("PickupScheduled")
    return len([one for one in told if one["because"] == "replanned"]) == number


async def test_a_site_that_is_shut_loses_nobody_and_gives_nobody_two_hours(office: Office) -> None:
    shut = await office.site("Shut", hourly_capacity=1)
    cards = await invited(office, 12)
    other = await office.site("Open", hourly_capacity=1)
    await close(office, shut["site_id"], 60)
    await eventually(lambda: replanned(office, 12), seconds=60)
    rows = await office.fetch(
        "SELECT a.card_id, a.site_id, a.starts_at, c.bound_for, c.site_id AS lies FROM appointment a"
        " JOIN card c USING (card_id)"
        " WHERE a.state = 'scheduled'"
    )
    assert {row["card_id"] for row in rows} == {UUID(card["card_id"]) for card, _ in cards}
    assert len(rows) == 12
    assert {row["site_id"] for row in rows} == {row["bound_for"] for row in rows} == {UUID(other["site_id"])}
    assert {row["lies"] for row in rows} == {UUID(shut["site_id"])}, "they have to be sent there"
    assert len({row["starts_at"] for row in rows}) == 12
    await kept_whole(office)
    changes = await office.fetch("SELECT changed_by FROM appointment_change WHERE kind = 'replanned'")
    assert [row["changed_by"] for row in changes] == ["card-service"] * 12


async def test_who_finds_no_hour_waits_for_one_and_is_told_so(office: Office) -> None:
    only = await office.site("Only", hourly_capacity=2)
    cards = await invited(office, 3)
    await close(office, only["site_id"], 60)

    async def cancelled() -> bool:
        return [one["because"] for one in await office.events("PickupCancelled")] == ["closed"] * 3

    await eventually(cancelled, seconds=60)
    waiting = await office.fetch("SELECT card_id FROM awaiting_appointment")
    assert {row["card_id"] for row in waiting} == {UUID(card["card_id"]) for card, _ in cards}
    await office.site("New", hourly_capacity=2)
    await office.fetch("UPDATE awaiting_appointment SET next_try_at = now() - interval '1 minute'")
    await eventually(lambda: replanned(office, 3), seconds=60)
    assert await office.fetch("SELECT card_id FROM awaiting_appointment") == []
    await kept_whole(office)


async def test_cards_that_nobody_collected_are_listed_counted_and_marked(office: Office) -> None:
    site = await office.site(hourly_capacity=10)
    cards = await invited(office, 4)
    path = f"/v1/pickup-sites/{site['site_id']}/uncollected"
    assert (await office.call("GET", path, COUNTER))["uncollected"] == 0
    ids = [card["card_id"] for card, _ in cards]
    early = await office.call("POST", path, COUNTER, json={"card_ids": ids[:1]}, expect=409)
    assert (early["code"], early["others"]) == ("card_still_awaited", 1)
    at(office, datetime.now(UTC) + timedelta(days=40))

    async def missed(number: int) -> bool:
        return len(await office.events("PickupMissed")) == number

    await eventually(lambda: missed(4), seconds=60)
    assert [one["again"] for one in await office.events("PickupMissed")] == [True] * 4
    at(office, datetime.now(UTC) + timedelta(days=60))
    await eventually(lambda: missed(8), seconds=60)
    last = (await office.events("PickupMissed"))[4:]
    assert {(one["again"], one["kept_until"] is not None) for one in last} == {(False, True)}
    assert (await office.call("GET", path, COUNTER))["uncollected"] == 0, "they are kept for the term"
    at(office, datetime.now(UTC) + timedelta(days=120))
    try:
        await office.hand_over(cards[0][0], cards[0][1])
        listed = await office.call("GET", path, COUNTER)
        assert {one["card_id"] for one in listed["items"]} == set(ids[1:])
        assert {one["invitations"] for one in listed["items"]} == {2}
        await check_pages(office.client, office.issuer.headers("ministry", COUNTER), path, 3)
        marked = await office.call("POST", path, COUNTER, json={"card_ids": ids[1:3]})
        assert (marked["uncollected"], marked["marked"]) == (3, 2)
        assert (await office.call("POST", path, COUNTER, json={"card_ids": ids[1:3]}))["marked"] == 2
        await office.hand_over(cards[1][0], cards[1][1])
        assert ((await office.call("GET", path, COUNTER))["uncollected"]) == 2
    finally:
        at(office, None)


async def test_another_hour_takes_no_invitation_away(office: Office) -> None:
    await office.site(hourly_capacity=10)
    (card,) = await invited(office)
    for hour in (await free(office, card))[:3]:
        await rebook(office, card, hour)
    at(office, datetime.now(UTC) + timedelta(days=40))

    async def again() -> bool:
        return bool((await office.events("PickupScheduled"))[-1]["because"] == "missed")

    try:
        await eventually(again, seconds=60)
    finally:
        at(office, None)
