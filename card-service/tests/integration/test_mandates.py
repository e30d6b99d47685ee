"""Mandates: given by two, used by the proxy's own card, ended by anybody, by the last day and by death."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from approvals.testing import decide
from card_service.mandates.upkeep import MANDATES_OVER
from chassis.clock import CAIRO, business_day
from chassis.testing import check_pages

from .test_holder_proofs import PIN, Terminal, read, with_pin

if TYPE_CHECKING:
    from ..conftest import Office

COUNTER, PHONE, WRITE, APPROVES = "cards:handover", "cards:report", "cards:write", "requests:approve"
TODAY = business_day(datetime.now(UTC))


def at(office: Office, day: date) -> None:
    """Move business time to noon of a day."""
    instant = datetime.combine(day, datetime.min.time(), CAIRO) + timedelta(hours=12)
    office.runtime.clock.move_to(instant)  # type: ignore[attr-defined]  # a training system has a clock to move


@pytest.fixture(autouse=True)
async def present(office: Office) -> AsyncIterator[None]:
    """Each test ends in the present."""
    yield
    office.runtime.clock.move_to(None)  # type: ignore[attr-defined]


def wanted(proxy: str, days: int = 30, begins_on: date = TODAY, **more: Any) -> dict[str, Any]:
    ends_on = begins_on + timedelta(days=days)
    return {
        "proxy_card_id": proxy, "begins_on": f"{begins_on}", "ends_on": f"{ends_on}",
        "document": "power of attorney 417/2026", **more,
    }  # fmt: skip


async def ask(office: Office, card: str, body: dict[str, Any], expect: int = 202) -> Any:
    return await office.call("POST", f"/v1/cards/{card}/mandates", COUNTER, json=body, expect=expect)


async def given(office: Office, card: str, proxy: str, **more: Any) -> str:
    """A mandate that two have decided."""
    made = await ask(office, card, wanted(proxy, **more))
    await decide(office.client, office.issuer, "card", made["proposal_id"], APPROVES)
    listed = await office.call("GET", f"/v1/cards/{card}/mandates", PHONE)
    return str(listed["items"][-1]["mandate_id"])


async def tries(office: Office, card: str, proxy: str, **more: Any) -> Any:
    return await Terminal(office).proved(card, prover="proxy", proxy_card_id=proxy, **more)


async def refused(office: Office, card: str, proxy: str, code: str = "not_a_proxy", expect: int = 409) -> None:
    terminal = Terminal(office)
    body = await terminal.typed(card, PIN, prover="proxy", proxy_card_id=proxy)
    assert (await terminal.call("/v1/holder-proofs", body, expect))["code"] == code


async def pair(office: Office) -> tuple[str, str]:
    """A card whose holder has no PIN, and one of a proxy of another household who has."""
    card, _, _ = await office.issued()
    return card, await with_pin(office)


async def test_a_proxy_proves_by_their_own_pin_once_two_have_decided(office: Office) -> None:
    card, proxy = await pair(office)
    await refused(office, card, proxy)
    made = await ask(office, card, wanted(proxy))
    await refused(office, card, proxy)
    await decide(office.client, office.issuer, "card", made["proposal_id"], APPROVES)
    terminal = Terminal(office)
    tried = await terminal.proved(card, prover="proxy", proxy_card_id=proxy)
    assert tried["result"] == "proved"
    proof = await read(office, tried["proof"])
    assert (str(proof.card_id), str(proof.terminal_id), proof.prover, proof.purpose) == (
        card,
        terminal.id,
        "proxy",
        "sale",
    )
    assert (await tries(office, card, proxy, purpose="visit"))["result"] == "proved"
    await refused(office, proxy, card)
    (told,) = [one for one in await office.events("MandateBegan") if one["begins_on"] == f"{TODAY}"][-1:]
    assert told["ends_on"] == f"{TODAY + timedelta(days=30)}"


async def test_a_code_goes_to_the_proxys_own_mobile_and_proves_for_no_other(office: Office) -> None:
    card, proxy = await pair(office)
    other = await with_pin(office)
    await given(office, card, proxy)
    terminal = Terminal(office)
    code = await terminal.code(card, prover="proxy", proxy_card_id=proxy)
    (holder,) = await office.fetch("SELECT citizen_id FROM card WHERE card_id = $1", UUID(proxy))
    assert (await office.events("HolderCodeIssued"))[-1]["citizen_id"] == str(holder["citizen_id"])
    body = {"card_id": card, "purpose": "sale", "max_amount": 5000, "code": code}
    assert (await terminal.call("/v1/holder-proofs", body))["result"] == "not_set", "it is not the holder's"
    stranger = await terminal.call("/v1/holder-proofs", {**body, "prover": "proxy", "proxy_card_id": other}, 409)
    assert stranger["code"] == "not_a_proxy"
    proved = await terminal.call("/v1/holder-proofs", {**body, "prover": "proxy", "proxy_card_id": proxy})
    assert proved["result"] == "proved"


async def test_a_wrong_pin_counts_on_the_proxys_card(office: Office) -> None:
    card, proxy = await pair(office)
    await given(office, card, proxy)
    tried = await Terminal(office).proved(card, "1111", prover="proxy", proxy_card_id=proxy)
    assert (tried["result"], tried["tries_left"]) == ("wrong", 2)
    rows = await office.fetch("SELECT pin_failures FROM card WHERE card_id = $1", UUID(proxy))
    assert rows[0]["pin_failures"] == 1


@pytest.mark.parametrize(
    "changed", [{"purpose": "hold"}, {"prover": "holder"}, {"prover": "head"}, {"proxy_card_id": None}]
)
async def test_a_proxy_opens_no_wallet_and_is_named(office: Office, changed: dict[str, Any]) -> None:
    card, proxy = await pair(office)
    await given(office, card, proxy)
    terminal = Terminal(office)
    body = await terminal.typed(card, PIN, prover="proxy", proxy_card_id=proxy) | changed
    assert (await terminal.call("/v1/holder-proofs", body, 422))["code"] == "invalid_request"


async def test_it_holds_from_its_first_day_until_its_last(office: Office) -> None:
    card, proxy = await pair(office)
    first = TODAY + timedelta(days=2)
    mandate = await given(office, card, proxy, days=3, begins_on=first)
    for day, holds in ((1, False), (2, True), (5, True), (6, False)):
        at(office, TODAY + timedelta(days=day))
        if holds:
            assert (await tries(office, card, proxy))["result"] == "proved"
        else:
            await refused(office, card, proxy)
    await MANDATES_OVER.run(office.runtime)
    ended = [one for one in await office.events("MandateEnded") if one["mandate_id"] == mandate]
    assert [one["because"] for one in ended] == ["over"]
    await MANDATES_OVER.run(office.runtime)
    assert len([one for one in await office.events("MandateEnded") if one["mandate_id"] == mandate]) == 1


async def test_the_telephone_ends_it_at_once(office: Office) -> None:
    card, proxy = await pair(office)
    mandate = await given(office, card, proxy)
    path = f"/v1/mandates/{mandate}/withdrawal"
    ended = await office.call("POST", path, PHONE)
    assert (ended["ended_because"], ended["ended_at"] is not None) == ("withdrawn", True)
    await refused(office, card, proxy)
    assert (await office.call("POST", path, PHONE, expect=409))["code"] == "mandate_over"
    assert [one["because"] for one in await office.events("MandateEnded") if one["mandate_id"] == mandate] == [
        "withdrawn"
    ]


@pytest.mark.parametrize(("dead", "because"), [("holder", "holder_died"), ("proxy", "proxy_died")])
async def test_it_ends_with_the_death_of_either(office: Office, dead: str, because: str) -> None:
    card, proxy = await pair(office)
    mandate = await given(office, card, proxy)
    died = (
        "UPDATE citizen SET life = 'deceased', died_on = $2 WHERE citizen_id ="
        " (SELECT citizen_id FROM card WHERE card_id = $1)"
    )
    await office.fetch(died, UUID(card if dead == "holder" else proxy), TODAY)
    await refused(office, card, proxy)
    await MANDATES_OVER.run(office.runtime)
    ended = [one for one in await office.events("MandateEnded") if one["mandate_id"] == mandate]
    assert [one["because"] for one in ended] == [because]


async def test_who_cannot_be_a_proxy_and_for_how_long(office: Office) -> None:
    card, proxy = await pair(office)
    assert (await ask(office, card, wanted(card), 422))["code"] == "proxy_invalid"
    blocked = await with_pin(office)
    await office.call("POST", f"/v1/cards/{blocked}/block", WRITE, json={"reason": "fraud"})
    assert (await ask(office, card, wanted(blocked), 422))["code"] == "proxy_invalid"
    assert (await ask(office, card, wanted(proxy, days=365), 422))["code"] == "mandate_too_long"
    past = wanted(proxy, days=5, begins_on=TODAY - timedelta(days=10))
    assert (await ask(office, card, past, 422))["code"] == "mandate_too_long"
    assert (await ask(office, card, wanted(proxy, ends_on="2020-11-01"), 422))["code"] == "invalid_request"
    await ask(office, card, wanted(proxy, days=364))
    assert (await ask(office, card, wanted(proxy), 409))["code"] == "proposal_open"


async def test_one_proves_for_few(office: Office) -> None:
    proxy = await with_pin(office)
    cards = [(await office.issued())[0] for _ in range(4)]
    waits = await ask(office, cards[3], wanted(proxy))
    for card in cards[:3]:
        last = await given(office, card, proxy)
    said = await ask(office, (await office.issued())[0], wanted(proxy), 409)
    assert (said["code"], said["most"]) == ("proxy_has_many", 3)
    late = await decide(office.client, office.issuer, "card", waits["proposal_id"], APPROVES, expect=409)
    assert late["code"] == "proxy_has_many", "counted again when it is decided"
    await given(office, cards[0], proxy, days=60)
    await office.call("POST", f"/v1/mandates/{last}/withdrawal", COUNTER)
    await decide(office.client, office.issuer, "card", waits["proposal_id"], APPROVES)


async def test_mandates_are_walked_page_by_page(office: Office) -> None:
    card, proxy = await pair(office)
    for _ in range(3):
        await given(office, card, proxy)
    headers = office.issuer.headers("ministry", PHONE)
    await check_pages(office.client, headers, f"/v1/cards/{card}/mandates", 3)


async def test_one_proves_for_few_however_many_are_decided_at_once(office: Office) -> None:
    proxy = await with_pin(office)
    cards = [(await office.issued())[0] for _ in range(8)]
    asked = [(await ask(office, card, wanted(proxy)))["proposal_id"] for card in cards]

    async def decided(proposal: str) -> int:
        headers = office.issuer.person(APPROVES)
        path = f"/v1/proposals/card/{proposal}"
        digest = (await office.client.get(path, headers=headers)).json()["digest"]
        body = {"decision": "approve", "digest": digest, "reason": "all at once"}
        return (await office.client.post(f"{path}/decision", headers=headers, json=body)).status_code

    answers = await asyncio.gather(*(decided(one) for one in asked))
    assert sorted(answers) == [200] * 3 + [409] * 5
    given = await office.fetch(
        "SELECT FROM mandate WHERE proxy_id = (SELECT citizen_id FROM card WHERE card_id = $1)", UUID(proxy)
    )
    assert len(given) == 3
