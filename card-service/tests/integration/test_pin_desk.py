"""Setting a PIN at an office: with the holder's code, or where two have seen a document; never by the desk alone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from approvals.testing import decide

if TYPE_CHECKING:
    from ..conftest import Office

COUNTER, APPROVES = "cards:handover", "requests:approve"
NO_MOBILE = (
    "UPDATE citizen SET mobile_usable = false WHERE citizen_id = (SELECT citizen_id FROM card WHERE card_id = $1)"
)


async def put(office: Office, card_id: str, body: dict[str, Any], expect: int, **options: Any) -> Any:
    return await office.call("PUT", f"/v1/cards/{card_id}/pin", COUNTER, json=body, expect=expect, **options)


async def test_no_desk_sets_a_pin_by_itself(office: Office) -> None:
    """Finding B8: any counter set the PIN of any card of its governorate, an unbound one of the whole country."""
    card_id, _, _ = await office.issued()
    for claims in ({}, {"governorate": "03"}):
        sent = await office.encrypted(card_id, "2947", "set")
        refused = await put(office, card_id, sent, 409, claims=claims)
        assert refused["code"] == "pin_proof_needed"
    assert (await office.call("GET", f"/v1/cards/{card_id}", "cards:read"))["pin"] == "not_set"


async def test_with_the_holders_code_any_office_sets_it(office: Office) -> None:
    card_id, _, _ = await office.issued()
    far = {"governorate": "01"}
    codes = f"/v1/cards/{card_id}/pin-codes"
    await office.call("POST", codes, COUNTER, subject="far-desk", claims=far, expect=201)
    code = await office.sent_code()
    here = {**await office.encrypted(card_id, "2947", "set"), "code": code}
    assert (await put(office, card_id, here, 422))["code"] == "pin_code_refused", "it is the far desk's code"
    wrong = "000000" if code != "000000" else "000001"
    sent = await office.encrypted(card_id, "2947", "set", "far-desk")
    refused = await put(office, card_id, {**sent, "code": wrong}, 422, subject="far-desk", claims=far)
    assert (refused["code"], refused["tries_left"]) == ("pin_code_refused", 2)
    sent = await office.encrypted(card_id, "2947", "set", "far-desk")
    await put(office, card_id, {**sent, "code": code}, 200, subject="far-desk", claims=far)
    sent = await office.encrypted(card_id, "7305", "set", "far-desk")
    again = await put(office, card_id, {**sent, "code": code}, 422, subject="far-desk", claims=far)
    assert again["code"] == "pin_code_refused", "a code sets a PIN once"
    told = (await office.events("PinChanged"))[-1]
    assert told["card_id"] == card_id


async def test_a_busy_counter_waits_for_itself_and_no_longer(office: Office) -> None:
    """Each setting once waited for a second connection while those behind it held the last of the pool."""

    async def ready() -> tuple[str, dict[str, Any]]:
        card_id, _, _ = await office.issued()
        await office.call("POST", f"/v1/cards/{card_id}/pin-codes", COUNTER, expect=201)
        return card_id, {**await office.encrypted(card_id, "2947", "set"), "code": await office.sent_code()}

    people = [await ready() for _ in range(2 * office.runtime.settings.pool_size)]
    async with asyncio.timeout(30):
        await asyncio.gather(*(put(office, card_id, body, 200) for card_id, body in people))


async def test_without_a_mobile_a_second_person_decides_and_the_desk_sets_it_once(office: Office) -> None:
    card_id, _, _ = await office.issued()
    resets, document = f"/v1/cards/{card_id}/pin-resets", {"document": "national_id_card"}
    refused = await office.call("POST", resets, COUNTER, json=document, expect=409)
    assert refused["code"] == "holder_has_mobile"
    await office.fetch(NO_MOBILE, card_id)
    asked = await office.call("POST", resets, COUNTER, json=document, expect=202)
    early = await office.encrypted(card_id, "2947", "set")
    assert (await put(office, card_id, early, 409))["code"] == "pin_proof_needed"
    await decide(office.client, office.issuer, "card", asked["proposal_id"], APPROVES)
    other = await office.encrypted(card_id, "2947", "set", "another-desk")
    assert (await put(office, card_id, other, 409, subject="another-desk"))["code"] == "pin_proof_needed"
    await put(office, card_id, await office.encrypted(card_id, "2947", "set"), 200)
    once = await office.encrypted(card_id, "7305", "set")
    assert (await put(office, card_id, once, 409))["code"] == "pin_proof_needed"


async def test_a_permit_ends_and_a_refusal_permits_nothing(office: Office) -> None:
    card_id, _, _ = await office.issued()
    await office.fetch(NO_MOBILE, card_id)
    resets, document = f"/v1/cards/{card_id}/pin-resets", {"document": "passport"}
    asked = await office.call("POST", resets, COUNTER, json=document, expect=202)
    await decide(office.client, office.issuer, "card", asked["proposal_id"], APPROVES, decision="refuse")
    sent = await office.encrypted(card_id, "2947", "set")
    assert (await put(office, card_id, sent, 409))["code"] == "pin_proof_needed"
    asked = await office.call("POST", resets, COUNTER, json=document, expect=202)
    await decide(office.client, office.issuer, "card", asked["proposal_id"], APPROVES)
    clock = office.runtime.clock
    clock.move_to(clock.now() + timedelta(minutes=61))  # type: ignore[attr-defined]
    late = await put(office, card_id, await office.encrypted(card_id, "2947", "set"), 409)
    clock.move_to(None)  # type: ignore[attr-defined]
    assert late["code"] == "pin_proof_needed"


@pytest.mark.parametrize("scope", ["cards:read", "cards:write"])
async def test_only_desks_ask(office: Office, scope: str) -> None:
    card_id, _, _ = await office.issued()
    for path, body in (("pin-codes", {}), ("pin-resets", {"document": "passport"})):
        await office.call("POST", f"/v1/cards/{card_id}/{path}", scope, json=body, expect=403)
