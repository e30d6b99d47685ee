"""Printed cards: who gets what is printed, and that it is the card's own, checked by the published keys."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from joserfc import jws
from joserfc.jwk import KeySet

if TYPE_CHECKING:
    from ..conftest import Office

PRINT = "cards:print"


async def waiting(office: Office, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A card that lies at its site, and its holder."""
    await office.site(name)
    _, (head,) = await office.household()
    await office.planned(await office.phase())
    (card,) = await office.find(head)
    return card, head


async def test_the_code_is_the_cards_own_and_stays_the_same(office: Office) -> None:
    card, _ = await waiting(office, "Printed")
    path = f"/v1/cards/{card['card_id']}/printed-code"
    first = await office.call("GET", path, PRINT)
    assert await office.call("GET", path, PRINT) == first
    keys = KeySet.import_key_set(await office.call("GET", "/v1/printed-code-keys", ""))
    opened = jws.deserialize_compact(first["code"], keys, algorithms=["EdDSA"])
    assert opened.headers()["typ"] == "unicard-code+jws"
    claims = orjson.loads(opened.payload)
    assert UUID(bytes=base64.urlsafe_b64decode(f"{claims['card']}==")) == UUID(card["card_id"])
    assert set(claims) == {"card", "gov", "exp"}
    assert claims["gov"] == "03"
    others = await office.call("GET", "/v1/credential-keys", "")
    assert not {key["kid"] for key in others["keys"]} & {key.kid for key in keys.keys}


async def test_a_sheet_holds_the_cards_asked_for(office: Office) -> None:
    card, head = await waiting(office, "Sheet")
    made = await office.call("POST", "/v1/card-sheets", PRINT, json={"card_ids": [card["card_id"]]})
    [shown] = made["cards"]
    assert (shown["card_id"], shown["printed"]) == (card["card_id"], head["full_name"])
    assert made["media_type"] == "application/pdf"
    assert base64.b64decode(made["content"]).startswith(b"%PDF-")


async def test_who_may_print_gets_only_waiting_cards_of_the_own_area(office: Office, random_id: UUID) -> None:
    card, head = await waiting(office, "Refused")
    path = f"/v1/cards/{card['card_id']}/printed-code"
    sheet = {"json": {"card_ids": [card["card_id"]]}}
    for method, where, more in (("GET", path, {}), ("POST", "/v1/card-sheets", sheet)):
        await office.call(method, where, "cards:read", expect=403, **more)
        foreign = await office.call(method, where, PRINT, claims={"governorate": "04"}, expect=404, **more)
        assert foreign["code"] == "card_not_found"
    unknown = {"card_ids": [card["card_id"], str(random_id)]}
    assert (await office.call("POST", "/v1/card-sheets", PRINT, json=unknown, expect=404))["code"] == "card_not_found"
    twice = {"card_ids": [card["card_id"]] * 2}
    await office.call("POST", "/v1/card-sheets", PRINT, json=twice, expect=422)
    await office.hand_over(card, head)
    held = await office.call("GET", path, PRINT, expect=409)
    assert (held["code"], held["state"]) == ("card_state_conflict", "issued")
    assert (await office.call("POST", "/v1/card-sheets", PRINT, expect=409, **sheet))["code"] == "card_state_conflict"
