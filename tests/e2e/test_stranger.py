"""A terminal that was written from the API's document alone does a terminal's day."""

from __future__ import annotations

import ast
import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from devstack.terminal.caller import eventually

from . import stranger
from .conftest import System, set_clock, until
from .stranger import Refused, Stranger
from .test_money import pay_pension
from .town import ATAQA, PIN, WITHIN_S, Home, opened, outcome

pytestmark = pytest.mark.slow

CARD_ON, TODAY = "2026-12-01", "2026-12-02"
LOAF = {"programme": "bread", "item": "loaf"}
PROJECT = {
    "devstack", "chassis", "contracts", "policybook", "approvals", "terminal_registry", "tests", "tools",
    "api_gateway", "card_service", "supply_service", "payment_service", "health_service", "notify_service",
}  # fmt: skip


@dataclass
class World:
    """What a terminal meets: one-time codes for three devices, and cards to be read."""

    bakery: tuple[str, str]
    grocer: tuple[str, str]
    clinic: tuple[str, str]
    credentials: list[str]


@pytest.fixture(scope="module")
def world(system: System) -> Iterator[World]:
    """Two households with cards that pay, a pension and cover for the first, and terminals to be enrolled."""

    async def settle() -> World:
        async with opened(system, ATAQA) as town:
            homes = [
                town.home(3, services=services) for services in (("health", "payment", "supply"), ("payment", "supply"))
            ]

            async def story(home: Home) -> None:
                await town.on(CARD_ON)
                await town.settle(home)
                await town.on(TODAY)

            outcomes = await town.live({str(number): story(home) for number, home in enumerate(homes)})
            for name in outcomes:
                outcome(outcomes, name)
            await asyncio.to_thread(pay_pension, system, homes[0].members[0], f"stranger-{town.serial()}")
            wallet = f"/v1/wallets/{homes[0].card}"

            async def balance() -> Any:
                return await town.clients["cards"].get(wallet)

            await eventually(balance, within_s=WITHIN_S)
            assert (await town.sees(balance, lambda found: found["balance"] > 0))["balance"] > 0
            known = [await town.registered(kind) for kind in ("bakery", "grocer", "pharmacy")]
            cards = [(await town.counter.get(f"/v1/cards/{home.card}/credential"))["credential"] for home in homes]
            return World(known[0], known[1], known[2], cards)

    try:
        yield asyncio.run(settle())
    finally:
        set_clock(system, None)


def test_it_knows_nothing_but_the_document() -> None:
    tree = ast.parse(Path(str(stranger.__file__)).read_text(encoding="utf-8"))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name.partition(".")[0] for name in imported} & PROJECT


def test_a_day_at_a_bakery_and_at_a_grocers(system: System, world: World) -> None:
    bakery, grocer = Stranger(system.edge), Stranger(system.edge)
    bakery.enrol(*world.bakery)
    grocer.enrol(*world.grocer)
    assert (bakery.me["kind"], grocer.me["kind"]) == ("bakery", "grocer")
    card, other = (bakery.read_card(compact) for compact in world.credentials)
    assert grocer.read_card(world.credentials[0]) == card
    _sell_bread(bakery, card)
    _sell_goods(grocer, card)
    _hold_and_capture(grocer, card)
    _work_without_a_network(bakery, world, card, other)
    _count_the_day(bakery, grocer)
    _ask_the_rest(bakery, grocer, card)
    _all_called(bakery.called | grocer.called, bakery.document, {"bakery", "grocer"})


def _all_called(called: set[str], document: dict[str, Any], kinds: set[str]) -> None:
    """Every operation that the document gives these kinds of terminals was tried."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if kinds & set(operation.get("x-terminals", ())):
                assert f"{method.upper()} {path}" in called


def _sell_bread(bakery: Stranger, card: str) -> None:
    body = bakery.example("POST /v1/redemptions") | {"card_id": card}
    sold = until(lambda: _known(bakery, body))
    assert sold["cash_due"] == body["expected_amount"]
    with pytest.raises(Refused) as again:
        bakery.sell(body)
    assert again.value.code == "day_already_drawn"
    found = bakery.call("GET /v1/redemptions/{redemption_id}", redemption_id=sold["redemption_id"])
    assert found["card_id"] == card
    body = bakery.example("POST /v1/redemptions/{redemption_id}/reversal")
    name = "POST /v1/redemptions/{redemption_id}/reversal"
    back = bakery.call(name, body, redemption_id=sold["redemption_id"])
    assert back["cash_returned"] == sold["cash_due"]
    body = bakery.example("POST /v1/redemptions") | {"card_id": card}
    assert bakery.sell(body)["cash_due"] == body["expected_amount"]


def _known(device: Stranger, body: dict[str, Any]) -> dict[str, Any] | None:
    """A sale once every process knows of the terminal, which is a moment after its enrolment."""
    try:
        return device.sell(body)
    except Refused as refusal:
        if refusal.code not in {"terminal_unknown", "card_unknown"}:
            raise
        return None


def _sell_goods(grocer: Stranger, card: str) -> None:
    """The example's basket with the holder's PIN, then more than the allowance has left, of which the wallet pays."""
    wrong = grocer.prove(card, "sale", 1, "9911")
    assert (wrong["result"], "proof" in wrong and wrong["proof"]) == ("wrong", None)
    basket = grocer.example("POST /v1/redemptions", 1) | {"card_id": card}
    del basket["holder_proof"]
    amount = sum(line["amount"] for line in until(lambda: _known_to(grocer, basket))["lines"])
    assert amount > 0
    lines = [{"programme": "goods", "item": "tea_40g", "quantity": 20}]
    due = grocer.beyond(card, lines)
    whole = {item["item"]: item["prices"] for item in grocer.call("GET /v1/catalogue")["items"]}["tea_40g"][
        "goods"
    ] * 20
    assert 0 < due < whole
    proof = grocer.prove(card, "sale", whole, PIN)["proof"]
    name = "POST /v1/payments/authorizations"
    held = grocer.call(name, grocer.example(name) | {"card_id": card, "amount": due, "holder_proof": proof})
    assert grocer.call("GET /v1/payments/{payment_id}", payment_id=held["payment_id"])["state"] == "held"
    body = grocer.example("POST /v1/redemptions", 2) | {"card_id": card, "lines": lines, "holder_proof": proof}
    body["tenders"] = [body["tenders"][0] | {"payment_id": held["payment_id"], "amount": due}]
    assert grocer.sell(body)["tenders"] == body["tenders"]
    paid = until(lambda: _in_state(grocer, held["payment_id"], "captured"))
    assert paid["captured"] == due


def _known_to(grocer: Stranger, basket: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return grocer.sell(basket, PIN)
    except Refused as refusal:
        if refusal.code not in {"terminal_unknown", "card_unknown"}:
            raise
        return None


def _in_state(grocer: Stranger, payment_id: str, state: str) -> dict[str, Any] | None:
    found: dict[str, Any] = grocer.call("GET /v1/payments/{payment_id}", payment_id=payment_id)
    return found if found["state"] == state else None


def _hold_and_capture(grocer: Stranger, card: str) -> None:
    """A payment that belongs to no sale: held, captured, sent back in part; another one is given up."""
    name = "POST /v1/payments/authorizations"
    held = []
    for _ in range(2):
        body = grocer.example(name) | {"card_id": card, "amount": 500}
        held.append(grocer.call(name, body | {"holder_proof": grocer.prove(card, "hold", 500, PIN)["proof"]}))
    capture, refund, void = (f"POST /v1/payments/{{payment_id}}/{what}" for what in ("capture", "refunds", "void"))
    taken = grocer.call(capture, grocer.example(capture) | {"amount": 500}, payment_id=held[0]["payment_id"])
    assert (taken["state"], taken["captured"]) == ("captured", 500)
    back = grocer.call(refund, grocer.example(refund) | {"amount": 200}, payment_id=held[0]["payment_id"])
    assert back["amount"] == 200
    assert grocer.call(void, payment_id=held[1]["payment_id"])["state"] == "voided"


def _work_without_a_network(bakery: Stranger, world: World, card: str, other: str) -> None:
    """One sale is applied and taken back, one comes on top of what was drawn, and one is no sale of this key."""
    mine, theirs = world.credentials
    bakery.keep_hot_list()
    assert bakery.configured()["gov"] == bakery.me["governorate"]
    assert not {card, other} & bakery.hot_list
    sales = [bakery.offline(other, theirs, [LOAF | {"quantity": 15}], 120)]
    sales += [bakery.take_back(sales[0]["sale_id"], 60), bakery.offline(card, mine, [LOAF | {"quantity": 15}], 30)]
    told = bakery.call("POST /v1/offline-batches", {"sales": sales})
    assert [result["status"] for result in told["results"]] == ["applied", "reversed", "overdrawn"]
    assert "day_already_drawn" in bakery.explained(told["results"][2])
    assert told["gap"] is None
    again = bakery.call("POST /v1/offline-batches", {"sales": sales})
    assert {result["status"] for result in again["results"]} == {"duplicate"}
    forged = bakery.offline(other, theirs, [LOAF | {"quantity": 15}]) | {"signature": sales[0]["signature"]}
    (refused,) = bakery.call("POST /v1/offline-batches", {"sales": [forged]})["results"]
    assert (refused["status"], refused["code"]) == ("rejected", "signature_invalid")


def _count_the_day(bakery: Stranger, grocer: Stranger) -> None:
    """Own sales add up to X, and Z says the same."""
    for device, loaves in ((bakery, 30), (grocer, 0)):
        place = {"outlet_id": device.me["outlet_id"], "day": TODAY}
        sales = device.call("GET /v1/redemptions", day=TODAY, terminal_id=device.me["terminal_id"])["items"]
        so_far = device.call("GET /v1/outlets/{outlet_id}/days/{day}", **place)
        kept = [sale for sale in sales if sale["reversal"] is None]
        assert sum(line["quantity"] for sale in kept for line in sale["lines"] if line["item"] == "loaf") == loaves
        assert (so_far["redemptions"], so_far["loaves"], so_far["closed"]) == (len(sales), loaves, False)
        (own,) = so_far["terminals"]
        assert own["wallet_amount"] == sum(tender["amount"] for sale in kept for tender in sale["tenders"])
        closed = device.call("POST /v1/outlets/{outlet_id}/days/{day}/close", **place)
        assert closed["closed"]
        listed = device.call("GET /v1/outlets/{outlet_id}/days", outlet_id=place["outlet_id"])["items"][0]
        assert (listed["business_day"], listed["loaves"]) == (TODAY, loaves)
        assert {name: closed[name] for name in ("redemptions", "loaves")} == {
            name: so_far[name] for name in ("redemptions", "loaves")
        }


def _sell_to_anybody(device: Stranger) -> None:
    """At a free price only what has one: the catalogue shows none until the ministry has set it."""
    name = "POST /v1/free-sales"
    with pytest.raises(Refused) as refused:
        device.call(name, device.example(name))
    assert refused.value.code in {"free_price_unknown", "wrong_outlet_kind"}
    name = "POST /v1/free-sales/{free_sale_id}/reversal"
    with pytest.raises(Refused) as unknown:
        device.call(name, device.example(name), free_sale_id=str(uuid.uuid4()))
    assert unknown.value.code == "redemption_unknown"


def _ask_the_rest(bakery: Stranger, grocer: Stranger, card: str) -> None:
    for device in (bakery, grocer):
        device.call("GET /v1/catalogue")
        device.call("GET /v1/entitlements/{card_id}", card_id=card)
        device.call("GET /v1/disputes")
        device.call("GET /v1/offline-gaps")
        device.call("GET /v1/free-sales")
        assert device.call("GET /v1/paper-sheets")["items"] == []
        with pytest.raises(Refused) as unknown:
            device.call("GET /v1/paper-sheets/{sheet_id}", sheet_id=str(uuid.uuid4()))
        assert unknown.value.code == "sheet_unknown"
        _sell_to_anybody(device)
        device.call("GET /v1/settlements", day=TODAY)
        device.call("GET /v1/policies", limit=1)
        device.call("GET /v1/redemptions")
        assert device.prove(card, "sale", 100, PIN)["result"] == "proved"
        check = {"card_id": card, "purpose": "check", "max_amount": 0}
        name = "POST /v1/cards/{card_id}/pin-checks"
        assert device.call(name, {"pin_jwe": device.sealed(PIN, check)}, card_id=card)["result"] == "correct"
        name = "POST /v1/bread-code-proofs"
        assert device.call(name, device.example(name))["result"] != "proved"
        name = "POST /v1/holder-proof-codes"
        device.call(name, device.example(name) | {"card_id": card})
        with pytest.raises(Refused) as unread:
            device.call("GET /v1/cards/{card_id}/credential", card_id=card)
        assert unread.value.code == "card_not_presented"
    one = grocer.call("GET /v1/redemptions", limit=1)["items"][0]["redemption_id"]
    grocer.call("GET /v1/redemptions/{redemption_id}", redemption_id=one)


def test_visits_at_a_pharmacy(system: System, world: World) -> None:
    clinic = Stranger(system.edge)
    clinic.enrol(*world.clinic)
    assert clinic.me["kind"] == "clinic"
    card = clinic.read_card(world.credentials[0])
    covered = until(lambda: _covered(clinic, card))
    _treat(clinic, card, covered["services"][0])
    _refuse_above_the_ceiling(clinic, card)
    _take_in_an_emergency(clinic, card)
    name = "POST /v1/holder-proof-codes"
    clinic.call(name, clinic.example(name) | {"card_id": card, "purpose": "visit"})
    _all_called(clinic.called, clinic.document, {"clinic"})


def _covered(clinic: Stranger, card: str) -> dict[str, Any] | None:
    """Cover, once it is known there, and the terminal to every process."""
    name = "POST /v1/eligibility"
    try:
        found: dict[str, Any] = clinic.call(name, clinic.example(name) | {"card_id": card})
    except Refused as refusal:
        if refusal.code not in {"clinic_terminal_needed", "card_unknown"}:
            raise
        return None
    return found if found["covered"] else None


def _visit(clinic: Stranger, card: str, **changed: Any) -> dict[str, Any]:
    """The example's visit of a card, without a proof."""
    body = clinic.example("POST /v1/encounters") | {"card_id": card} | changed
    del body["holder_proof"]
    return body


def _treat(clinic: Stranger, card: str, terms: dict[str, Any]) -> None:
    """The example's visit: refused without the holder, then what eligibility said is taken, and given back again."""
    name, read = "POST /v1/encounters", "GET /v1/encounters/{encounter_id}"
    body = _visit(clinic, card)
    with pytest.raises(Refused) as alone:
        clinic.call(name, body)
    assert alone.value.code == "holder_proof_required"
    total = sum(line["price"] * line["quantity"] for line in body["lines"])
    proof = clinic.prove(card, "visit", total, PIN)["proof"]
    entered = clinic.call(name, body | {"holder_proof": proof})
    assert terms["service"] == body["service"]
    share = min(round(total * Decimal(terms["rate"])), terms["cap_left"])
    assert (entered["copayment"], entered["insurer_part"]) == (share, total - share)
    with pytest.raises(Refused) as used:
        clinic.call(name, body | {"holder_proof": proof})
    assert used.value.code == "holder_proof_used"
    visit = {"encounter_id": entered["encounter_id"]}
    paid = until(lambda: _copayment_is(clinic.call(read, **visit), "paid"))
    assert paid["diagnosis"] == body["diagnosis"]
    back = "POST /v1/encounters/{encounter_id}/reversal"
    assert clinic.call(back, clinic.example(back), **visit)["state"] == "reversed"
    assert clinic.call(read, **visit)["copayment_state"] == "reversed"


def _copayment_is(visit: dict[str, Any], state: str) -> dict[str, Any] | None:
    return visit if visit["copayment_state"] == state else None


def _refuse_above_the_ceiling(clinic: Stranger, card: str) -> None:
    """Whatever is typed and agreed to, no price beyond the service's ceiling is booked."""
    name = "POST /v1/encounters"
    body = _visit(clinic, card)
    most = clinic.member("EncounterLine", "price")["maximum"]
    body["lines"] = [body["lines"][0] | {"price": int(most)}]
    proof = clinic.prove(card, "visit", int(most), PIN)["proof"]
    with pytest.raises(Refused) as refused:
        clinic.call(name, body | {"holder_proof": proof})
    assert refused.value.code == "price_above_ceiling"


def _take_in_an_emergency(clinic: Stranger, card: str) -> None:
    """Taken in without the holder; nothing leaves a wallet before somebody has looked at it."""
    entered = clinic.call("POST /v1/encounters", _visit(clinic, card, emergency=True))
    assert (entered["review"], entered["copayment_state"], entered["insurer_state"]) == ("open", "review", "review")
    collect = "POST /v1/encounters/{encounter_id}/collection"
    proof = clinic.prove(card, "visit", entered["total"], PIN)["proof"]
    with pytest.raises(Refused) as refused:
        clinic.call(collect, {"holder_proof": proof}, encounter_id=entered["encounter_id"])
    assert refused.value.code == "nothing_to_collect"
