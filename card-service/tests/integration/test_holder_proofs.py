"""Holder's proofs: what each way proves, how often it may be tried, and that nothing recorded proves anything."""

from __future__ import annotations

import asyncio
import base64
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from card_service.proofs.upkeep import forget
from chassis.holder_proofs.form import HolderProof, opened
from chassis.ids import new_id

if TYPE_CHECKING:
    from ..conftest import Office

COUNTER, WRITE, SELLS = "cards:handover", "cards:write", "redemptions:create"
PIN = "2947"


class Terminal:
    """A terminal of another governorate than the cards': where a card may be used, other services say."""

    def __init__(self, office: Office) -> None:
        """Not enrolled anywhere: its token says what it is."""
        self.office, self.id = office, str(new_id())
        self.claims = {"kind": "terminal", "governorate": "19", "outlet_id": new_id()}

    async def call(self, path: str, body: dict[str, Any], expect: int | None = None, **options: Any) -> Any:
        scopes = options.pop("scopes", SELLS)
        return await self.office.call(
            "POST", path, scopes, json=body, subject=self.id, claims=self.claims, expect=expect, **options
        )

    async def typed(self, card_id: str, pin: str, amount: int = 5000, purpose: str = "sale", **more: Any) -> Any:
        """What a terminal sends after a PIN was typed."""
        sent = await self.office.encrypted(card_id, pin, purpose, self.id, max_amount=amount)
        return {"card_id": card_id, "purpose": purpose, "max_amount": amount, **sent, **more}

    async def proved(self, card_id: str, pin: str = PIN, **more: Any) -> Any:
        return await self.call("/v1/holder-proofs", await self.typed(card_id, pin, **more))

    async def code(self, card_id: str, amount: int = 5000, **more: Any) -> str:
        """A code, as the SMS has it."""
        asked = {"card_id": card_id, "purpose": "sale", "max_amount": amount, **more}
        await self.call("/v1/holder-proof-codes", asked, 201)
        return await self.office.sent_code()


async def with_pin(office: Office, pin: str = PIN) -> str:
    card_id, _, _ = await office.issued()
    await office.call("PUT", f"/v1/cards/{card_id}/pin", COUNTER, json=await office.setting(card_id, pin))
    return card_id


async def read(office: Office, token: str) -> HolderProof:
    published = (await office.call("GET", "/v1/holder-proof-keys", ""))["keys"]
    keys = {
        key["kid"]: Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(f"{key['x']}=")) for key in published
    }
    return opened(token, keys)


async def test_a_pin_proves_one_operation_at_one_terminal_for_an_amount(office: Office) -> None:
    terminal, card_id = Terminal(office), await with_pin(office)
    given = await terminal.proved(card_id, amount=5520)
    assert (given["result"], given["tries_left"]) == ("proved", 3)
    proof = await read(office, given["proof"])
    assert (str(proof.card_id), str(proof.terminal_id), str(proof.proof_id)) == (
        card_id,
        terminal.id,
        given["proof_id"],
    )
    assert (proof.purpose, proof.max_amount, proof.kind, proof.prover) == ("sale", 5520, "pin", "holder")
    assert 0 < proof.expires_at.timestamp() - time.time() <= 180
    assert PIN not in given["proof"]


async def test_a_recorded_envelope_proves_nothing_a_second_time(office: Office) -> None:
    """Finding B8: an encrypted PIN could be sent again."""
    terminal, other, card_id = Terminal(office), Terminal(office), await with_pin(office)
    recorded = await terminal.typed(card_id, PIN)
    assert (await terminal.call("/v1/holder-proofs", recorded))["result"] == "proved"
    again = await terminal.call("/v1/holder-proofs", recorded, 409)
    assert again["code"] == "pin_envelope_used"
    elsewhere = await other.call("/v1/holder-proofs", await terminal.typed(card_id, PIN), 422)
    assert elsewhere["code"] == "pin_unreadable"
    for changed in ({"max_amount": 5001}, {"purpose": "visit"}):
        sent = await terminal.typed(card_id, PIN) | changed
        assert (await terminal.call("/v1/holder-proofs", sent, 422))["code"] == "pin_unreadable"
    sent = await office.encrypted(card_id, PIN, "sale", terminal.id, max_amount=5000, at=int(time.time()) - 121)
    old = await terminal.call(
        "/v1/holder-proofs", {"card_id": card_id, "purpose": "sale", "max_amount": 5000, **sent}, 422
    )
    assert old["code"] == "pin_envelope_stale"
    check = await office.encrypted(card_id, PIN, "check")
    checks = f"/v1/cards/{card_id}/pin-checks"
    assert (await office.call("POST", checks, COUNTER, json=check))["result"] == "correct"
    assert (await office.call("POST", checks, COUNTER, json=check, expect=409))["code"] == "pin_envelope_used"
    setting = await office.setting(card_id, "7305")
    await office.call("PUT", f"/v1/cards/{card_id}/pin", COUNTER, json=setting)
    again = setting | {"code": (await office.setting(card_id, "7305"))["code"]}
    refused = await office.call("PUT", f"/v1/cards/{card_id}/pin", COUNTER, json=again, expect=409)
    assert refused["code"] == "pin_envelope_used"


async def test_of_one_envelope_sent_at_once_one_is_opened(office: Office) -> None:
    terminal, card_id = Terminal(office), await with_pin(office)
    recorded = await terminal.typed(card_id, PIN)
    replies = await asyncio.gather(
        *(
            office.client.post(
                "/v1/holder-proofs", json=recorded, headers=office.issuer.headers(terminal.id, SELLS, **terminal.claims)
            )
            for _ in range(6)
        )
    )
    assert sorted(reply.status_code for reply in replies) == [200, 409, 409, 409, 409, 409]


async def test_a_repeat_under_the_same_key_gets_the_first_proof(office: Office) -> None:
    terminal, card_id = Terminal(office), await with_pin(office)
    headers = office.issuer.headers(terminal.id, SELLS, **terminal.claims)
    body = await terminal.typed(card_id, PIN)
    first, second = [await office.client.post("/v1/holder-proofs", json=body, headers=headers) for _ in range(2)]
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"


async def test_three_wrong_tries_lock_the_card_at_every_terminal_and_for_codes(office: Office) -> None:
    card_id = await with_pin(office)
    code_at = Terminal(office)
    code = await code_at.code(card_id)
    tried = [await Terminal(office).proved(card_id, pin) for pin in ("1111", "2222", "3333")]
    assert [(one["result"], one["tries_left"]) for one in tried] == [("wrong", 2), ("wrong", 1), ("locked", 0)]
    assert all(one["proof"] is None for one in tried)
    assert (await Terminal(office).proved(card_id))["result"] == "locked"
    body = {"card_id": card_id, "purpose": "sale", "max_amount": 5000, "code": code}
    assert (await code_at.call("/v1/holder-proofs", body))["result"] == "locked"


async def test_a_terminal_that_guesses_at_many_cards_must_wait(office: Office) -> None:
    terminal, card_id = Terminal(office), await with_pin(office)
    await office.fetch("INSERT INTO pin_failure SELECT $1, now() FROM generate_series(1, 20)", terminal.id)
    refused = await terminal.call("/v1/holder-proofs", await terminal.typed(card_id, PIN), 429)
    assert refused["code"] == "pin_checks_exceeded"
    assert (await Terminal(office).proved(card_id))["result"] == "proved"


async def test_a_card_without_a_pin_is_proved_by_a_code(office: Office) -> None:
    terminal, other = Terminal(office), Terminal(office)
    card_id, _, _ = await office.issued()
    assert (await terminal.proved(card_id))["result"] == "not_set"
    code = await terminal.code(card_id)
    body = {"card_id": card_id, "purpose": "sale", "max_amount": 5000, "code": code}
    for where, changed in ((other, {}), (terminal, {"max_amount": 6000}), (terminal, {"purpose": "hold"})):
        elsewhere = await where.call("/v1/holder-proofs", body | changed)
        assert elsewhere["result"] == "not_set", "a code proves what it was sent for, where it was asked for"
    wrong = "000000" if code != "000000" else "000001"
    first = await terminal.call("/v1/holder-proofs", body | {"code": wrong})
    assert (first["result"], first["tries_left"]) == ("wrong", 2)
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    given = await terminal.call("/v1/holder-proofs", body | {"code": arabic})
    assert given["result"] == "proved"
    assert (await read(office, given["proof"])).kind == "sms"
    assert (await terminal.call("/v1/holder-proofs", body))["result"] == "not_set", "a code proves once"
    stored = await office.fetch("SELECT to_jsonb(c)::text AS row FROM holder_code c")
    assert not any(code in row["row"] or card_id in row["row"] for row in stored)


async def test_codes_end_by_tries_by_time_and_by_another_one(office: Office) -> None:
    terminal = Terminal(office)
    card_id, _, _ = await office.issued()
    body = {"card_id": card_id, "purpose": "sale", "max_amount": 5000}
    first = await terminal.code(card_id)
    second = await terminal.code(card_id)
    if first != second:
        assert (await terminal.call("/v1/holder-proofs", body | {"code": first}))["result"] == "wrong"
    for _ in range(3):
        await terminal.call("/v1/holder-proofs", body | {"code": "1"})
    assert (await terminal.call("/v1/holder-proofs", body | {"code": second}))["result"] == "not_set"
    third = await terminal.code(card_id)
    clock = office.runtime.clock
    clock.move_to(clock.now() + timedelta(minutes=5, seconds=1))  # type: ignore[attr-defined]
    late = await terminal.call("/v1/holder-proofs", body | {"code": third})
    clock.move_to(None)  # type: ignore[attr-defined]
    assert late["result"] == "not_set"
    await terminal.code(card_id)
    await terminal.code(card_id)
    asked = await terminal.call("/v1/holder-proof-codes", body, 429)
    assert asked["code"] == "holder_codes_too_often"


async def test_without_a_mobile_that_proves_anything_no_code_is_sent(office: Office) -> None:
    terminal = Terminal(office)
    card_id, _, _ = await office.issued()
    body = {"card_id": card_id, "purpose": "sale", "max_amount": 5000}
    new = "UPDATE citizen SET mobile_new_until = {} WHERE citizen_id = (SELECT citizen_id FROM card WHERE card_id = $1)"
    await office.fetch(new.format("now() + interval '1 hour'"), card_id)
    refused = await terminal.call("/v1/holder-proof-codes", body, 409)
    assert refused["code"] == "holder_number_too_new"
    await office.fetch(new.format("NULL, mobile_usable = false"), card_id)
    refused = await terminal.call("/v1/holder-proof-codes", body, 409)
    assert refused["code"] == "holder_not_reached"


async def test_the_head_proves_for_who_cannot(office: Office) -> None:
    """The member's card is used, the head's PIN is typed."""
    await office.site("Heads")
    _, (head, spouse) = await office.household("spouse")
    await office.planned(await office.phase(), holders="adults")
    cards = []
    for person in (head, spouse):
        (card,) = await office.find(person)
        await office.hand_over(card, person)
        cards.append(str(card["card_id"]))
    heads, members = cards
    await office.call("PUT", f"/v1/cards/{heads}/pin", COUNTER, json=await office.setting(heads, PIN))
    terminal = Terminal(office)
    assert (await terminal.proved(members))["result"] == "not_set"
    given = await terminal.proved(members, prover="head")
    assert given["result"] == "proved"
    proof = await read(office, given["proof"])
    assert (str(proof.card_id), proof.prover) == (members, "head")
    await office.call("POST", f"/v1/cards/{heads}/block", WRITE, json={"reason": "lost"})
    refused = await terminal.call("/v1/holder-proofs", await terminal.typed(members, PIN, prover="head"), 409)
    assert refused["code"] == "no_heads_card"


async def test_a_blocked_card_proves_nothing_and_an_unknown_one_is_unknown(office: Office) -> None:
    terminal, card_id = Terminal(office), await with_pin(office)
    await office.call("POST", f"/v1/cards/{card_id}/block", WRITE, json={"reason": "lost"})
    body = await terminal.typed(card_id, PIN)
    assert (await terminal.call("/v1/holder-proofs", body, 409))["code"] == "card_state_conflict"
    asked = {"card_id": card_id, "purpose": "sale", "max_amount": 1}
    assert (await terminal.call("/v1/holder-proof-codes", asked, 409))["code"] == "card_state_conflict"
    nobody = await terminal.typed(str(new_id()), PIN)
    assert (await terminal.call("/v1/holder-proofs", nobody, 404))["code"] == "card_not_found"


async def test_chips_are_off_and_one_way_is_chosen(office: Office) -> None:
    terminal, card_id = Terminal(office), await with_pin(office)
    body = {"card_id": card_id, "purpose": "sale", "max_amount": 5000}
    chip = {"chip": {"nonce": "n" * 22, "answer": "a"}}
    assert (await terminal.call("/v1/holder-proofs", body | chip, 409))["code"] == "chip_proof_off"
    for ways in ({}, chip | {"code": "123456"}):
        await terminal.call("/v1/holder-proofs", body | ways, 422)


@pytest.mark.parametrize("scopes", ["payments:create", "encounters:create"])
async def test_terminals_ask_and_nobody_else(office: Office, scopes: str) -> None:
    terminal, card_id = Terminal(office), await with_pin(office)
    asked = await terminal.typed(card_id, PIN, purpose="visit")
    assert (await terminal.call("/v1/holder-proofs", asked, scopes=scopes))["result"] == "proved"
    refused = await office.call("POST", "/v1/holder-proofs", SELLS, json=asked, expect=403)
    assert refused["code"] == "caller_kind_refused"


async def test_what_is_over_is_forgotten(office: Office) -> None:
    terminal, card_id = Terminal(office), await with_pin(office)
    recorded = await terminal.typed(card_id, PIN)
    await terminal.call("/v1/holder-proofs", recorded)
    await terminal.code(card_id)
    await office.fetch("UPDATE pin_envelope SET expires_at = now() - interval '1 second'")
    await office.fetch("UPDATE holder_code SET sent_at = now() - interval '2 days'")
    await forget(office.runtime)
    for table in ("pin_envelope", "holder_code"):
        assert await office.fetch(f"SELECT FROM {table}") == []


async def test_a_new_pin_is_told_to_the_holder(office: Office) -> None:
    card_id = await with_pin(office)
    told = (await office.events("PinChanged"))[-1]
    assert told["card_id"] == card_id
    assert set(told) == {"card_id", "citizen_id", "household_id", "changed_at"}
