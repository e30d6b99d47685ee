"""Cards that are to be collected at another site: where they count, who gives them out, what is to be sent."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from chassis.testing import check_pages, eventually

from .test_appointments import Waiting, free, invited, kept_whole, office, rebook, walk_in
from .test_stock import COUNT, moves, received, stock

if TYPE_CHECKING:
    from ..conftest import Office

__all__ = ["office"]


async def to_send(office: Office, site_id: str) -> list[dict[str, Any]]:
    found = await office.call("GET", f"/v1/pickup-sites/{site_id}/cards-to-send", COUNT, claims={"site_id": site_id})
    items: list[dict[str, Any]] = found["items"]
    return items


async def send(office: Office, site_id: str, to_site_id: str | None, *cards: str, **options: Any) -> Any:
    body = {"card_ids": list(cards), "to_site_id": to_site_id}
    out = f"/v1/pickup-sites/{site_id}/outgoing-consignments"
    return await office.call("POST", out, COUNT, json=body, claims={"site_id": site_id}, **options)


async def moved(office: Office, card: Waiting, site_id: str) -> dict[str, Any]:
    """The card is to be collected at another site, in the first hour there."""
    await eventually(lambda: free(office, card, site_id=site_id))
    hour = (await free(office, card, site_id=site_id))[0]
    done: dict[str, Any] = await rebook(office, card, hour)
    return done


async def test_what_is_to_be_sent_is_walked_page_by_page(office: Office) -> None:
    here = (await office.site("First"))["site_id"]
    cards = await invited(office, 3)
    there = (await office.site("Second"))["site_id"]
    for card in cards:
        await moved(office, card, there)
    headers = office.issuer.headers("counter", COUNT, site_id=here)
    await check_pages(office.client, headers, f"/v1/pickup-sites/{here}/cards-to-send", 3)


async def test_a_moved_card_counts_where_it_lies_until_it_is_received(office: Office) -> None:
    first, second = await office.site("First"), None
    here = first["site_id"]
    (card,) = await invited(office)
    second = await office.site("Second")
    there, card_id = second["site_id"], card[0]["card_id"]
    done = await moved(office, card, there)
    shown = await office.call("GET", f"/v1/cards/{card_id}", "cards:read")
    assert (shown["state"], shown["site_id"], shown["bound_for"]) == ("in_stock", here, there)
    (line,) = await to_send(office, here)
    assert line == {
        "card_id": card_id, "to_site": there, "name_ar": second["name_ar"], "name_en": "Second",
        "expected_on": shown["expected_on"],
    }  # fmt: skip
    assert await to_send(office, there) == []
    assert [moves(await stock(office, site))[-1] for site in (here, there)] == [1, 0]

    async def refused() -> dict[str, Any]:
        found: dict[str, Any] = await office.hand_over(card[0], card[1], site_id=there, expect=409)
        assert (await walk_in(office, card, there, 409))["code"] == "card_on_its_way"
        searched = await office.call(
            "POST", "/v1/cards/search", "cards:handover", json={"national_id": card[1]["national_id"]},
            claims={"site_id": there},
        )  # fmt: skip
        why = searched["nothing_to_give"]
        assert (why["code"], why["expected_on"]) == ("card_on_its_way", found["expected_on"])
        return found

    said = await refused()
    assert (said["code"], said["expected_on"]) == ("card_on_its_way", shown["expected_on"])
    consignment = await send(office, here, there, card_id, expect=201)
    assert moves(await stock(office, here))[-1] == 0, "the count of the old site closes to zero"
    assert await to_send(office, here) == []
    assert (await refused())["expected_on"] == shown["expected_on"]
    kept = await office.fetch(
        "SELECT state, starts_at FROM appointment WHERE card_id = $1 ORDER BY number", UUID(card_id)
    )
    assert [row["state"] for row in kept] == ["cancelled", "scheduled"], "it goes where it is to be collected"
    assert kept[1]["starts_at"] == datetime.fromisoformat(done["starts_at"])
    await received(office, consignment, [card_id])
    arrived = await office.call("GET", f"/v1/cards/{card_id}", "cards:read")
    assert (arrived["site_id"], arrived["bound_for"], arrived["expected_on"]) == (there, None, None)
    assert (await office.hand_over(card[0], card[1], site_id=there))["site_id"] == there
    assert [moves(await stock(office, site))[-1] for site in (here, there)] == [0, 0]
    await kept_whole(office)


async def test_who_comes_where_the_card_still_lies_gets_it(office: Office) -> None:
    first = await office.site("Stays")
    (card,) = await invited(office)
    second = await office.site("Chosen")
    await moved(office, card, second["site_id"])
    assert (await office.hand_over(card[0], card[1], site_id=first["site_id"]))["site_id"] == first["site_id"]
    states = await office.fetch("SELECT state FROM appointment WHERE card_id = $1", UUID(card[0]["card_id"]))
    assert {row["state"] for row in states} == {"cancelled"}, "the hour at the other site is another's"
    assert await to_send(office, first["site_id"]) == []
    await kept_whole(office)


async def test_an_hour_where_the_card_lies_takes_the_move_back(office: Office) -> None:
    first = await office.site("Back")
    (card,) = await invited(office)
    second = await office.site("Away")
    await moved(office, card, second["site_id"])
    hour = (await free(office, card, site_id=first["site_id"]))[0]
    assert (await rebook(office, card, hour))["kind"] == "moved"
    shown = await office.call("GET", f"/v1/cards/{card[0]['card_id']}", "cards:read")
    assert (shown["site_id"], shown["bound_for"], shown["expected_on"]) == (first["site_id"], None, None)
    assert await to_send(office, first["site_id"]) == []


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_done_at_once_every_site_closes_and_no_card_is_given_where_it_is_not(
    office: Office, seed: int
) -> None:
    """Three clerks a site move, send, receive and hand over the same cards at the same time."""
    chance = random.Random(seed)
    places = [(await office.site("One"))["site_id"]]
    cards = await invited(office, 6)
    more = [(await office.site(name))["site_id"] for name in ("Two", "Three")]
    places = [*places, *more]

    async def offered() -> bool:
        return all([await free(office, cards[0], site_id=site_id) for site_id in places])

    await eventually(offered)
    hours = {site_id: await free(office, cards[0], site_id=site_id) for site_id in places}
    allowed = {
        "card_on_its_way", "other_site", "card_state_conflict", "card_not_waiting", "card_not_in_stock_here",
        "consignment_already_received", "rebooked_too_often", "slot_too_soon", "slot_full",
    }  # fmt: skip

    async def tried(method: str, path: str, scope: str, site_id: str, body: Any, subject: str) -> Any:
        headers = office.issuer.headers(subject, scope, site_id=site_id)
        reply = await office.client.request(method, path, json=body, headers=headers)
        if reply.status_code >= 400:
            assert reply.json()["code"] in allowed, reply.text
            return None
        return reply.json()

    async def act(number: int) -> None:
        card, site_id = chance.choice(cards), chance.choice(places)
        path, what = f"/v1/cards/{card[0]['card_id']}", chance.choice(["move", "send", "receive", "give"])
        if what == "move":
            hour = chance.choice(hours[site_id])
            body = {"site_id": site_id, "starts_at": hour["starts_at"]}
            await tried("PUT", f"{path}/appointment", "cards:handover", places[0], body, f"clerk-{number}")
        elif what == "send":
            for line in (await to_send(office, site_id))[:2]:
                body = {"card_ids": [line["card_id"]], "to_site_id": line["to_site"]}
                out = f"/v1/pickup-sites/{site_id}/outgoing-consignments"
                await tried("POST", out, COUNT, site_id, body, "sender")
        elif what == "receive":
            for row in await office.fetch("SELECT * FROM consignment WHERE received_at IS NULL"):
                known = await office.fetch(
                    "SELECT card_id FROM consignment_card WHERE consignment_id = $1", row["consignment_id"]
                )
                body = {"card_ids": [str(one["card_id"]) for one in known], "damaged": []}
                receipt = f"/v1/consignments/{row['consignment_id']}/receipt"
                await tried("POST", receipt, COUNT, str(row["to_site"]), body, "receiver")
        elif chance.random() < 0.3:
            body = {"national_id": card[1]["national_id"]}
            await tried("POST", f"{path}/handover", "cards:handover", site_id, body, f"clerk-{number}")

    for _ in range(12):
        await asyncio.gather(*(act(number) for number in range(3)))
        await kept_whole(office)
        lying = await office.fetch("SELECT site_id::text AS site FROM card WHERE state = 'in_stock'")
        for site_id in places:
            assert moves(await stock(office, site_id))[-1] == sum(row["site"] == site_id for row in lying)
    given = await office.fetch(
        "SELECT s.site_id AS at, (SELECT b.site_id FROM card_step b WHERE b.card_id = s.card_id"
        " AND b.state = 'in_stock' AND b.step_id < s.step_id ORDER BY b.step_id DESC LIMIT 1) AS lay,"
        " s.state_before FROM card_step s"
        " WHERE s.action = 'hand_over'"
    )
    assert all((row["at"], row["state_before"]) == (row["lay"], "in_stock") for row in given)
    waiting = await office.fetch(
        "SELECT count(*) AS n FROM card c JOIN appointment a USING (card_id) WHERE a.state = 'scheduled'"
        " AND coalesce(c.bound_for, c.site_id) <> a.site_id"
    )
    assert waiting[0]["n"] == 0, "whoever has an hour has it where the card is, or is to come"
