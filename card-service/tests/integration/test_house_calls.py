"""House calls: planned within what a team can do, listed for it, recorded at the home as at a counter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from chassis.clock import CAIRO, business_day
from chassis.testing import check_pages
from policybook.calendar import rests

if TYPE_CHECKING:
    from ..conftest import Office

COUNTER = "cards:handover"
TODAY = business_day(datetime.now(UTC))
Waiting = tuple[dict[str, Any], dict[str, Any]]  # the card as a counter found it, and its holder


@pytest.fixture(autouse=True)
async def present(office: Office) -> AsyncIterator[None]:
    """Each test ends in the present."""
    yield
    office.runtime.clock.move_to(None)  # type: ignore[attr-defined]  # a training system has a clock to move


def at(office: Office, day: date) -> None:
    """Move business time to noon of a day."""
    instant = datetime.combine(day, datetime.min.time(), CAIRO) + timedelta(hours=12)
    office.runtime.clock.move_to(instant)  # type: ignore[attr-defined]


async def waiting(office: Office, district: str, number: int = 1) -> list[Waiting]:
    """Cards that wait at a site of a district."""
    await office.site(f"Visits {office.serial}", district=district)
    heads = [(await office.household(district=district))[1][0] for _ in range(number)]
    await office.planned(await office.phase())
    return [((await office.find(head))[0], head) for head in heads]


async def ask(office: Office, card: Waiting, expect: int = 201, **changed: Any) -> Any:
    path = f"/v1/cards/{card[0]['card_id']}/house-calls"
    return await office.call("POST", path, COUNTER, json={"reason": "disability"} | changed, expect=expect)


async def give(office: Office, card: Waiting, call: str | None, expect: int = 200) -> Any:
    found, holder = card
    return await office.call(
        "POST",
        f"/v1/cards/{found['card_id']}/handover",
        COUNTER,
        json={"national_id": holder["national_id"], "house_call_id": call},
        claims={"site_id": found["site"]["site_id"]},
        expect=expect,
    )


async def state(office: Office, call: str) -> str:
    ((found,),) = await office.fetch("SELECT state FROM house_call WHERE call_id = $1", UUID(call))
    return str(found)


async def test_a_card_is_brought_home_and_handed_over_there(office: Office) -> None:
    (card,) = await waiting(office, "03.05")
    call = await ask(office, card)
    day = date.fromisoformat(call["day"])
    assert day > TODAY
    assert not rests(office.runtime.state.dependencies.policies.book, day)
    assert (await office.find(card[1]))[0]["appointment"]["state"] == "cancelled"
    assert (await ask(office, card, 409))["code"] == "house_call_planned"
    listed = await office.call("GET", f"/v1/house-calls?day={day}&district=03.05", COUNTER)
    assert [(one["call_id"], one["site_id"]) for one in listed["items"]] == [
        (call["call_id"], card[0]["site"]["site_id"])
    ]
    assert (await office.call("GET", f"/v1/house-calls?day={day}&district=03.06", COUNTER))["items"] == []
    early = await give(office, card, call["call_id"], 409)
    assert early["code"] == "house_call_not_today"
    at(office, day)
    done = await give(office, card, call["call_id"])
    assert (done["at_home"], done["state"], await state(office, call["call_id"])) == (True, "issued", "done")
    (told,) = await office.events("HouseCallPlanned", done["household_id"])
    assert (told["day"], told["number"]) == (call["day"], 1)


async def test_who_comes_to_the_counter_all_the_same_is_not_called_on(office: Office) -> None:
    (card, other) = await waiting(office, "03.05", 2)
    call, others = await ask(office, card), await ask(office, other)
    assert (await give(office, card, others["call_id"], 409))["code"] == "house_call_not_today"
    assert (await give(office, card, None))["at_home"] is False
    assert await state(office, call["call_id"]) == "withdrawn"
    assert (await ask(office, card, 409))["code"] == "card_not_at_site"


async def test_nobody_met_is_called_on_again_and_then_no_more(office: Office) -> None:
    (card,) = await waiting(office, "03.05")
    call = await ask(office, card)
    path = f"/v1/house-calls/{call['call_id']}/miss"
    assert (await office.call("POST", path, COUNTER, expect=409))["code"] == "house_call_ahead"
    at(office, date.fromisoformat(call["day"]))
    again = await office.call("POST", path, COUNTER)
    assert (again["number"], again["state"], again["day"] > call["day"]) == (2, "planned", True)
    assert (await office.call("POST", path, COUNTER, expect=409))["code"] == "house_call_over"
    at(office, date.fromisoformat(again["day"]))
    last = await office.call("POST", f"/v1/house-calls/{again['call_id']}/miss", COUNTER)
    assert (last["call_id"], last["state"]) == (again["call_id"], "missed")
    assert (await ask(office, card, 409))["code"] == "house_calls_used_up"
    home = (await office.fetch("SELECT household_id FROM card WHERE card_id = $1", UUID(card[0]["card_id"])))[0][0]
    assert [one["number"] for one in await office.events("HouseCallPlanned", str(home))] == [1, 2]
    assert [one["because"] for one in await office.events("HouseCallEnded", str(home))] == ["missed"]


async def test_a_call_is_called_off_and_its_place_is_anothers(office: Office) -> None:
    (card,) = await waiting(office, "03.06")
    call = await ask(office, card)
    gone = await office.call("POST", f"/v1/house-calls/{call['call_id']}/withdrawal", "cards:report")
    assert gone["state"] == "withdrawn"
    (taken,) = await office.fetch("SELECT taken FROM house_call_day WHERE district = '03.06'")
    assert taken["taken"] == 0
    assert (await ask(office, card))["number"] == 2


async def test_no_day_has_more_calls_than_the_row_says_whoever_asks_at_once(office: Office) -> None:
    cards = await waiting(office, "03.07", 15)
    calls = await asyncio.gather(*(ask(office, card) for card in cards))
    days = sorted(call["day"] for call in calls)
    assert [days.count(day) for day in sorted(set(days))] == [12, 3]
    headers = office.issuer.headers("ministry", COUNTER)
    await check_pages(office.client, headers, f"/v1/house-calls?day={days[0]}&district=03.07", 12)
    late = (TODAY + timedelta(days=40)).isoformat()
    (more,) = await waiting(office, "03.07")
    assert (await ask(office, more, 409, not_before=late))["code"] == "house_calls_full"


async def test_a_card_that_is_closed_is_not_brought(office: Office) -> None:
    await office.site(f"Closed {office.serial}", district="03.08")
    home, (_, spouse) = await office.household("spouse", district="03.08")
    await office.planned(await office.phase(), holders="adults")
    card = ((await office.find(spouse))[0], spouse)
    call = await ask(office, card)
    await office.changed("removal", home["household_id"], citizen_id=home["members"][1]["citizen_id"], reason="abroad")
    assert await state(office, call["call_id"]) == "withdrawn"
