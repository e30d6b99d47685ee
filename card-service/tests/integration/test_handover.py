"""Hand-overs that come together share a transaction; each has its own outcome all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from chassis.ids import new_id
from chassis.testing import eventually

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

COUNTER = "cards:handover"
Card = tuple[dict[str, Any], dict[str, Any]]  # as the counter found it, and its holder


@pytest.fixture(scope="module")
async def office(open_office: OpenOffice) -> AsyncIterator[Office]:
    """One lane: what comes while its transaction is under way is in the next one."""
    async with open_office(card_handover_lanes=1) as opened:
        yield opened


async def cards(office: Office, number: int) -> list[Card]:
    """Cards that wait at one site, each with its holder."""
    await office.site(f"Together {office.serial}", district="03.03")
    heads = [(await office.household(district="03.03"))[1][0] for _ in range(number)]
    await office.planned(await office.phase())
    return [((await office.find(head))[0], head) for head in heads]


async def give(office: Office, card: Card, key: str = "", **changed: Any) -> httpx.Response:
    """A hand-over at the card's own site."""
    found, head = card
    site_id = found["site"]["site_id"]
    headers = office.issuer.headers("counter", COUNTER, site_id=site_id)
    body = {"national_id": head["national_id"]} | changed
    path = f"/v1/cards/{found['card_id']}/handover"
    return await office.client.post(path, json=body, headers=headers | ({"Idempotency-Key": key} if key else {}))


def held_key(card: Card) -> str:
    """The idempotency key of a hand-over that is held up."""
    return f"held-up-{card[0]['card_id']}"


@asynccontextmanager
async def held_up(office: Office, card: Card) -> AsyncIterator[asyncio.Task[httpx.Response]]:
    """While somebody else has the card's row: a hand-over whose transaction waits for it."""
    connection = await asyncpg.connect(office.settings.database_url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SELECT 1 FROM card WHERE card_id = $1 FOR UPDATE", UUID(card[0]["card_id"]))
        first = asyncio.create_task(give(office, card, held_key(card)))
        await eventually(lambda: _waits(office))
        yield first
        await transaction.rollback()
    finally:
        await connection.close()


async def _waits(office: Office) -> list[asyncpg.Record]:
    return await office.fetch(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )


async def test_hand_overs_that_come_together_are_one_transaction_with_an_outcome_each(office: Office) -> None:
    first, *waiting = await cards(office, 5)
    one, two, three, four = waiting
    nobody: Card = ({**one[0], "card_id": str(new_id())}, one[1])
    async with held_up(office, first) as begun:
        calls = [
            give(office, one),
            give(office, two, national_id=one[1]["national_id"]),
            give(office, three, "a-key"),
            give(office, three, "a-key"),
            give(office, four),
            give(office, four),
            give(office, nobody),
        ]
        tasks = []
        for call in calls:  # one after the other, so that each keeps its place in the lane
            tasks.append(asyncio.create_task(call))
            wanted = len(tasks)
            await eventually(lambda wanted=wanted: _queued(office, wanted))  # type: ignore[misc]
    replies = [await begun, *[await task for task in tasks]]
    outcomes = [(reply.status_code, reply.json().get("code", reply.json().get("state"))) for reply in replies]
    assert outcomes == [
        (200, "issued"),
        (200, "issued"),
        (409, "national_id_mismatch"),
        (200, "issued"),
        (409, "request_in_progress"),
        (200, "issued"),
        (409, "card_state_conflict"),
        (404, "card_not_found"),
    ]
    given = [UUID(card[0]["card_id"]) for card in (one, three, four)]
    (written,) = await office.fetch("SELECT count(DISTINCT xmin::text) AS n FROM card WHERE card_id = ANY($1)", given)
    assert written["n"] == 1
    for reply, card in ((replies[1], one), (replies[3], three), (replies[5], four)):
        (issued,) = await office.events("CardIssued", reply.json()["household_id"])
        assert (issued["card_id"], issued["site_id"]) == (card[0]["card_id"], card[0]["site_id"])
        path = f"/v1/citizens/{reply.json()['citizen_id']}/accesses"
        seen = await office.call("GET", path, "citizens:read")
        handed = [one for one in seen["items"] if one["action"] == "card_handed_over"]
        assert [(one["subject"], one["request_id"]) for one in handed] == [("counter", reply.headers["record-id"])]
        (found,) = await office.find(card[1])
        assert (found["state"], found["appointment"]["state"]) == ("issued", "kept")
    assert (await office.find(two[1]))[0]["state"] == "in_stock"
    again = await give(office, three, "a-key")
    assert (again.status_code, again.content) == (200, replies[3].content)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await give(office, three, "a-key", national_id="1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def _queued(office: Office, number: int) -> bool:
    return bool(len(office.runtime.state.handovers._queues[0]) == number)


async def test_a_transaction_that_is_cut_off_is_repeated_with_the_same_key(office: Office) -> None:
    (card,) = await cards(office, 1)
    async with held_up(office, card) as begun:
        (waiting,) = await _waits(office)
        await office.fetch("SELECT pg_terminate_backend($1)", waiting["pid"])
        cut_off = await begun
        assert (cut_off.status_code, cut_off.json()["code"]) == (503, "unavailable")
    done = await give(office, card, held_key(card))
    assert (done.status_code, done.json()["state"]) == (200, "issued")
    assert len(await office.events("CardIssued", done.json()["household_id"])) == 1


async def test_who_shows_the_paper_of_before_gets_the_card_and_a_stranger_does_not(office: Office) -> None:
    (card, head), (_, stranger) = await cards(office, 2)
    ((citizen, home),) = await office.fetch(
        "SELECT citizen_id, household_id FROM card WHERE card_id = $1", UUID(card["card_id"])
    )
    right = office.person()["national_id"]
    await office.changed("correct_national_id", home, citizen_id=str(citizen), national_id=right)
    for paper in (head["national_id"], right):
        (found,) = await office.find({"national_id": paper})
        assert found["card_id"] == card["card_id"]
    refused = await give(office, (card, stranger))
    assert refused.json()["code"] == "national_id_mismatch"
    assert (await give(office, (card, head))).status_code == 200


async def test_a_hand_over_needs_a_key(office: Office) -> None:
    (card,) = await cards(office, 1)
    found, head = card
    headers = office.issuer.headers("counter", COUNTER, site_id=found["site"]["site_id"])
    del headers["Idempotency-Key"]
    path = f"/v1/cards/{found['card_id']}/handover"
    refused = await office.client.post(path, json={"national_id": head["national_id"]}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_missing")


async def test_searches_at_once_find_everybody_their_own_and_are_noted_each(office: Office) -> None:
    waiting = await cards(office, 6)
    stranger = office.person()
    headers = [office.issuer.headers(f"clerk-{n}", COUNTER) for n in range(8)]
    people = [stranger, *[head for _, head in waiting], waiting[0][1]]
    replies = await asyncio.gather(
        *(
            office.client.post("/v1/cards/search", json={"national_id": person["national_id"]}, headers=one)
            for person, one in zip(people, headers, strict=True)
        )
    )
    found = [[item["card_id"] for item in reply.json()["items"]] for reply in replies]
    assert found == [[], *[[card["card_id"]] for card, _ in waiting], [waiting[0][0]["card_id"]]]
    elsewhere = office.issuer.headers("far", COUNTER, governorate="04")
    hidden = await office.client.post(
        "/v1/cards/search", json={"national_id": waiting[0][1]["national_id"]}, headers=elsewhere
    )
    assert hidden.json()["items"] == []
    rows = await office.fetch(
        "SELECT who, request_id FROM record WHERE operation = 'POST /v1/cards/search' AND who LIKE 'clerk-%'"
        " AND citizen_id IS NOT NULL"
    )
    noted = {row["who"]: str(row["request_id"]) for row in rows}
    assert len(rows) == 7
    assert noted == {f"clerk-{n}": replies[n].headers["record-id"] for n in range(1, 8)}
