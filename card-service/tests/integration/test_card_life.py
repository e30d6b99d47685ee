"""The steps of a card's life: each is kept with who, when, where and why; what is offered can be called."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from card_service.cards import repository
from card_service.cards.validity import last_day, periods
from chassis.clock import day_begins
from chassis.testing import eventually

if TYPE_CHECKING:
    from ..conftest import Office

READ, WRITE, COUNTER = "cards:read", "cards:write", "cards:handover"


async def steps(office: Office, card_id: str) -> list[dict[str, Any]]:
    found = await office.call("GET", f"/v1/cards/{card_id}/history?limit=200", READ)
    items: list[dict[str, Any]] = found["items"]
    return items


async def test_every_step_of_a_card_is_kept(office: Office) -> None:
    card_id, head, _ = await office.active("spouse")
    site = (await office.call("GET", f"/v1/cards/{card_id}", READ))["site_id"]
    await office.call("POST", f"/v1/cards/{card_id}/block", WRITE, json={"reason": "order"}, subject="one")
    await office.call("POST", f"/v1/cards/{card_id}/unblock", WRITE, subject="two")
    report = {"channel": "counter", "identified_by": "passport"}
    await office.call(
        "POST", f"/v1/cards/{card_id}/loss", COUNTER, json=report, subject="three", claims={"site_id": site}
    )
    other = await office.site("Elsewhere")
    wanted = {"reason": "lost", "site_id": other["site_id"]}
    new = await office.call("POST", f"/v1/cards/{card_id}/replacement", WRITE, json=wanted, subject="four", expect=201)
    (waiting,) = [one for one in await office.find(head) if one["card_id"] == new["card_id"]]
    await office.hand_over(waiting, head, subject="five")
    kept = [(s["action"], s["state_before"], s["state"], s["because"]) for s in await steps(office, card_id)]
    assert [(action, before, state) for action, before, state, _ in kept] == [
        (None, None, "in_stock"),
        ("hand_over", "in_stock", "issued"),
        ("activate", "issued", "active"),
        ("block", "active", "blocked"),
        ("unblock", "blocked", "active"),
        ("report_loss", "active", "blocked"),
        ("supersede", "blocked", "replaced"),
    ]
    assert [because for *_, because in kept[3:]] == ["order", None, "lost", "replaced"]
    by = [one["done_by"] for one in await steps(office, card_id)]
    assert by == ["ministry", "ministry", "ministry", "one", "two", "three", "five"]
    where = [one["site_id"] for one in await steps(office, card_id)]
    assert where == [site, site, None, None, None, site, other["site_id"]]
    (made, given) = await steps(office, new["card_id"])
    assert (made["done_by"], made["because"], given["state"]) == ("four", "lost", "active")
    old = await office.call("GET", f"/v1/cards/{card_id}", READ)
    assert (old["state"], old["replaced_by"], old["allowed_actions"]) == ("replaced", new["card_id"], [])


async def test_steps_are_read_page_by_page_and_only_by_whom_they_belong_to(office: Office) -> None:
    card_id, _, _ = await office.active("spouse")
    path = f"/v1/cards/{card_id}/history"
    first = await office.call("GET", f"{path}?limit=2", READ)
    rest = await office.call("GET", f"{path}?limit=2&after={first['next']}", READ)
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    stranger = await office.call("GET", path, READ, claims={"governorate": "19"}, expect=404)
    assert stranger["code"] == "card_not_found"


async def test_a_step_is_for_ever(office: Office) -> None:
    card_id, _, _ = await office.issued()
    for statement in ("UPDATE card_step SET done_by = 'nobody'", "DELETE FROM card_step"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await office.fetch(statement)
    assert len(await steps(office, card_id)) == 2


async def test_a_caller_is_offered_what_the_caller_can_call(office: Office) -> None:
    await office.site("Offered")
    _, (head, *_) = await office.household()
    await office.planned(await office.phase())
    (lying,) = await office.find(head)
    path, here = f"/v1/cards/{lying['card_id']}", {"site_id": lying["site_id"]}

    async def offered(scopes: str, **claims: Any) -> list[str]:
        actions: list[str] = (await office.call("GET", path, scopes, claims=claims))["allowed_actions"]
        return actions

    assert await offered(READ) == []
    assert await offered(COUNTER) == []  # bound to no site
    assert await offered(COUNTER, **here) == ["hand_over"]
    assert await offered(f"{READ} cards:print") == ["print"]
    await office.hand_over(lying, head)
    assert await offered(COUNTER, **here) == ["check_pin", "prove", "report_loss", "set_pin"]
    assert await offered(WRITE) == ["block", "prove", "replace", "report_loss"]
    await office.call("POST", f"{path}/block", WRITE, json={"reason": "order"})
    assert await offered(WRITE) == ["replace", "unblock"]
    assert await offered(COUNTER) == []  # it was not reported lost
    again = await office.call("POST", f"{path}/block", WRITE, json={"reason": "order"}, expect=409)
    assert (again["code"], again["allowed_actions"]) == ("card_state_conflict", ["replace", "report_found", "unblock"])


async def test_of_two_clerks_with_one_card_one_takes_the_step(office: Office) -> None:
    card_id, _, _ = await office.active("spouse")
    order = {"reason": "order"}

    async def act(what: str, body: dict[str, str] | None, who: str) -> int:
        headers = office.issuer.headers(who, WRITE)
        reply = await office.client.post(f"/v1/cards/{card_id}/{what}", json=body, headers=headers)
        return reply.status_code

    for _ in range(5):
        blocked = await asyncio.gather(*(act("block", order, f"clerk-{n}") for n in range(2)))
        assert sorted(blocked) == [200, 409]
        freed = await asyncio.gather(*(act("unblock", None, f"clerk-{n}") for n in range(2)))
        assert sorted(freed) == [200, 409]
    taken = [(s["action"], s["done_by"]) for s in await steps(office, card_id)][3:]
    assert [action for action, _ in taken] == ["block", "unblock"] * 5
    assert {who for _, who in taken} <= {"clerk-0", "clerk-1"}


async def over(office: Office, day: date) -> set[str]:
    """The cards that are over on a day."""
    book = office.runtime.state.dependencies.policies.book
    async with office.runtime.sessions() as session, session.begin():
        return {str(card.card_id) for card in await repository.expired(session, list(periods(book)), day, 1000)}


async def test_a_card_expires_after_its_last_day_and_is_replaced(office: Office) -> None:
    card_id, head, _ = await office.active("spouse")
    last = last_day(office.runtime.state.dependencies.policies.book, office.runtime.clock.today())
    assert card_id not in await over(office, last)
    assert card_id in await over(office, last + timedelta(days=1))
    path = f"/v1/cards/{card_id}"

    async def expired() -> dict[str, Any] | None:
        card: dict[str, Any] = await office.call("GET", path, WRITE)
        return card if card["state"] == "expired" else None

    office.runtime.clock.move_to(day_begins(last + timedelta(days=1)))  # type: ignore[attr-defined]  # a training system's
    try:
        card = await eventually(expired, seconds=20)
    finally:
        office.runtime.clock.move_to(None)  # type: ignore[attr-defined]  # a training system's
    assert card["allowed_actions"] == ["replace"]
    assert (await steps(office, card_id))[-1]["done_by"] == "cards_expired"
    assert [one["reason"] for one in await office.events("CardClosed", card["household_id"])] == ["expired"]
    await office.call("PUT", f"{path}/services/health", WRITE, expect=409)
    site = await office.site("After seven years")
    wanted = {"reason": "order", "site_id": site["site_id"]}
    new = await office.call("POST", f"{path}/replacement", WRITE, json=wanted, expect=201)
    (waiting,) = [one for one in await office.find(head) if one["card_id"] == new["card_id"]]
    given = await office.hand_over(waiting, head)
    assert (given["state"], given["services"]) == ("active", ["supply"])
    (told,) = await office.events("CardReplaced", card["household_id"])
    assert (told["old_card_id"], told["new_card_id"]) == (card_id, new["card_id"])


async def test_what_the_version_before_writes_is_understood_and_mapped(office: Office) -> None:
    await office.site("Before")
    homes = [await office.household() for _ in range(2)]
    await office.planned(await office.phase())
    cards = [(await office.find(head))[0] for _, (head, *_) in homes]
    for card in cards:
        before = "UPDATE card SET state = 'ready' WHERE card_id = $1::text::uuid"
        await office.fetch(before, card["card_id"])
    (first, second), ((_, (head, *_)), _) = cards, homes
    (found,) = await office.find(head)
    assert found["state"] == "in_stock"
    assert (await office.hand_over(found, head))["state"] == "issued"
    async with office.runtime.sessions() as session, session.begin():
        assert await repository.in_todays_words(session, 1000) == 1
    for card, states in ((first, ["in_stock", "issued"]), (second, ["in_stock"])):
        kept = [one for one in await steps(office, card["card_id"]) if one["action"] or one["state_before"] is None]
        assert [one["state"] for one in kept] == states
