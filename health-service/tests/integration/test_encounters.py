"""Visits: what the patient pays, how far caps reach, what is refused, who may see what."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.card import CardBlocked, CardClosed, CardReplaced, CardServiceDisabled, CardUnblocked, ProgrammeService
from contracts.health import CopaymentDue, EncounterRecorded
from contracts.payment import PaymentCaptured, PaymentFailed

from ..support import HEALTH, NOON, Family, Health


async def test_a_visit_is_divided_and_the_copayment_told(health: Health) -> None:
    desk, family = await health.desk(), await health.family()
    reply = await health.visit(desk, family, "medicines", 12_345, diagnosis={"system": "ICD-10", "code": "E11.9"})
    assert reply.status_code == 201, reply.text
    visit = reply.json()
    assert (visit["total"], visit["copayment"], visit["insurer_part"]) == (12_345, 1_235, 11_110)
    assert (visit["copayment_state"], visit["cap_applied"], visit["exempt"]) == ("due", False, False)
    (due,) = [e for e in await health.told(CopaymentDue) if str(e.encounter_id) == visit["encounter_id"]]
    assert (due.amount, due.citizen_id, due.card_id) == (1_235, family.head_id, family.card_id)
    assert due.provider_id == desk.provider_id
    (told,) = [e for e in await health.told(EncounterRecorded) if str(e.encounter_id) == visit["encounter_id"]]
    assert (told.citizen_id, told.service) == (family.head_id, "medicines")
    seen = await health.read(desk, visit["encounter_id"])
    assert seen["diagnosis"] == {"system": "ICD-10", "code": "E11.9"}
    assert seen["lines"] == [{"code": "A10", "price": 12_345, "quantity": 1}]


async def test_a_consultation_costs_nothing_and_a_home_visit_a_fixed_amount(health: Health) -> None:
    desk, family = await health.desk(), await health.family()
    visit = (await health.visit(desk, family, "consultation", 20_000)).json()
    assert (visit["copayment"], visit["copayment_state"]) == (0, "none")
    assert (await health.visit(desk, family, "home_visit", 45_000)).json()["copayment"] == 10_000
    assert (await health.visit(desk, family, "home_visit", 4_000)).json()["copayment"] == 4_000
    dues = [e for e in await health.told(CopaymentDue) if e.card_id == family.card_id]
    assert [due.amount for due in dues] == [10_000, 4_000]


async def test_the_cap_of_a_case_is_never_passed_not_even_by_visits_at_once(health: Health) -> None:
    unit, imaging, family = await health.desk(), await health.desk("imaging"), await health.family()
    first = (await health.visit(unit, family, "consultation", 0, refers_to=["imaging"])).json()
    by = {"referral_id": first["referrals"][0]["referral_id"]}
    replies = await asyncio.gather(*(health.visit(imaging, family, "imaging", 500_000, **by) for _ in range(6)))
    assert [reply.status_code for reply in replies] == [201] * 6
    paid = sorted(reply.json()["copayment"] for reply in replies)
    assert paid == [0, 0, 0, 20_400, 50_000, 50_000]
    assert sum(reply.json()["cap_applied"] for reply in replies) == 4
    another = (await health.visit(imaging, family, "imaging", 500_000)).json()
    assert another["copayment"] == 50_000, "another case, another cap"


async def test_the_cap_of_medicines_is_that_of_each_time(health: Health) -> None:
    """«في المرة الواحدة»: truth 3.14 e, youm7 6148874."""
    pharmacy, family = await health.desk("pharmacy"), await health.family()
    paid = [(await health.visit(pharmacy, family, "medicines", price)).json() for price in (800_000,) * 3]
    assert [visit["copayment"] for visit in paid] == [80_000] * 3
    dear = (await health.visit(pharmacy, family, "medicines", 2_000_000)).json()
    assert (dear["copayment"], dear["cap_applied"]) == (160_600, True)
    (terms,) = (await health.ask(pharmacy, family, service="medicines"))["services"]
    assert (terms["cap"], terms["cap_left"], terms["cap_period"]) == (160_600, 160_600, "each_time")
    child = (await health.visit(pharmacy, family, "medicines", 100_000, patient_id=str(family.child_id))).json()
    assert (child["copayment"], child["patient_id"]) == (10_000, str(family.child_id))


async def test_a_referral_opens_the_hospital_and_is_one_case(health: Health) -> None:
    unit, hospital, family = await health.desk(), await health.desk("hospital"), await health.family()
    refused = await health.visit(hospital, family, "inpatient", 900_000)
    assert (refused.status_code, refused.json()["code"]) == (409, "referral_needed")
    first = (await health.visit(unit, family, "consultation", 0, refers_to=["inpatient"])).json()
    (referral,) = first["referrals"]
    assert (referral["service"], referral["last_day"]) == ("inpatient", "2026-12-05")
    by = {"referral_id": referral["referral_id"]}
    stays = [(await health.visit(hospital, family, "inpatient", price, **by)).json() for price in (600_000, 900_000)]
    assert [stay["copayment"] for stay in stays] == [30_000, 18_200], "one admission, one cap"
    other = await health.visit(hospital, await health.family(), "inpatient", 1, **by)
    assert other.json()["code"] == "referral_invalid"
    wrong = await health.visit(hospital, family, "imaging", 1, **by)
    assert wrong.json()["code"] == "referral_invalid"
    emergency = await health.visit(hospital, family, "inpatient", 100_000, emergency=True)
    assert emergency.json()["copayment"] == 5_000, "another case, another cap"
    refer = await health.visit(await health.desk("pharmacy"), family, refers_to=["inpatient"])
    assert refer.json()["code"] == "may_not_refer"
    health.at(NOON + timedelta(days=31))
    assert (await health.visit(hospital, family, "inpatient", 1, **by)).json()["code"] == "referral_invalid"


async def test_what_is_refused(health: Health) -> None:
    desk, family = await health.desk(), await health.family()

    async def code(status: int, **more: Any) -> str:
        reply = await health.visit(desk, more.pop("family", family), **more)
        assert reply.status_code == status, reply.text
        return str(reply.json()["code"])

    assert await code(404, family=Family()) == "card_unknown"
    assert await code(404, patient_id=str(new_id())) == "patient_unknown"
    assert await code(409, service="dentistry") == "service_unknown"
    assert await code(409, service="inpatient") == "service_not_offered"
    assert await code(422, occurred_at=(NOON + timedelta(minutes=6)).isoformat()) == "visit_in_the_future"
    assert await code(422, occurred_at="2999-12-31T22:00:00Z") == "visit_in_the_future"
    assert await code(409, occurred_at="1000-01-01T00:00:00+14:00") == "visit_too_late"
    for never in ("9999-12-31T22:00:00Z", "0001-01-01T00:00:00+14:00"):
        assert await code(422, occurred_at=never) == "invalid_request"
    assert await code(409, occurred_at="2026-09-01T10:00:00Z") == "visit_too_late"
    assert await code(409, occurred_at="1999-09-01T10:00:00Z") == "visit_too_late"
    assert await code(422, price=-1) == "invalid_request"
    assert await code(409, family=await health.family(services=())) == "health_not_enabled"
    elsewhere = await health.family(governorate="01")
    assert await code(409, family=elsewhere) == "cover_not_begun"
    assert (await health.visit(desk, elsewhere, emergency=True)).status_code == 201
    assert not await health.fetch("SELECT FROM encounter WHERE household_id = $1", family.household_id)


async def test_a_late_visit_is_judged_by_the_card_of_its_own_moment(health: Health) -> None:
    desk = await health.desk()
    closed, blocked, replaced = [await health.family() for _ in range(3)]
    since = NOON - timedelta(hours=2)
    card = {"card_id": closed.card_id, "household_id": closed.household_id}
    await health.deliver(CardClosed(**card, reason="damaged"), at=since)
    await health.deliver(CardClosed(**card, reason="damaged"), at=NOON)  # told again: since the first time
    of_blocked = {"card_id": blocked.card_id, "household_id": blocked.household_id, "citizen_id": blocked.head_id}
    await health.deliver(CardBlocked(**of_blocked, reason="lost", blocked_at=since))
    await health.deliver(
        CardReplaced(
            old_card_id=replaced.card_id,
            new_card_id=new_id(),
            citizen_id=replaced.head_id,
            household_id=replaced.household_id,
            governorate="03",
            services=list(HEALTH),
            replaced_at=since,
        )
    )
    for family, code in ((closed, "card_closed"), (blocked, "card_blocked"), (replaced, "card_closed")):
        before, after = [(since + timedelta(minutes=minutes)).isoformat() for minutes in (-1, 0)]
        assert (await health.visit(desk, family, occurred_at=before)).status_code == 201
        assert (await health.visit(desk, family, occurred_at=after)).json()["code"] == code
        assert (await health.visit(desk, family)).json()["code"] == code


async def test_cards_that_are_blocked_replaced_or_closed(health: Health) -> None:
    desk, family, successor = await health.desk(), await health.family(), new_id()
    card = {"card_id": family.card_id, "citizen_id": family.head_id, "household_id": family.household_id}
    imaging = await health.desk("imaging")
    sent = (await health.visit(desk, family, "consultation", 0, refers_to=["imaging"])).json()
    by = {"referral_id": sent["referrals"][0]["referral_id"]}
    first = (await health.visit(imaging, family, "imaging", 1_000_000, **by)).json()
    assert first["copayment"] == 100_000
    await health.deliver(CardBlocked(**card, reason="lost", blocked_at=NOON))
    assert (await health.visit(desk, family)).json()["code"] == "card_blocked"
    answer = await health.ask(desk, family)
    assert (answer["covered"], [reason["code"] for reason in answer["reasons"]]) == (False, ["card_blocked"])
    await health.deliver(CardUnblocked(**card))
    await health.deliver(
        CardReplaced(
            old_card_id=family.card_id,
            new_card_id=successor,
            citizen_id=family.head_id,
            household_id=family.household_id,
            governorate="03",
            services=list(HEALTH),
            replaced_at=NOON,
        )
    )
    assert (await health.visit(desk, family)).json()["code"] == "card_closed"
    renewed = Family(successor, family.household_id, family.head_id, family.child_id)
    second = (await health.visit(imaging, renewed, "imaging", 1_000_000, **by)).json()
    assert (second["copayment"], second["cap_applied"]) == (20_400, True), "the cap goes on with the person"
    disabled = CardServiceDisabled(
        card_id=successor, household_id=family.household_id, service=ProgrammeService.HEALTH, reason="x"
    )
    await health.deliver(disabled)
    assert (await health.visit(desk, renewed)).json()["code"] == "health_not_enabled"
    await health.deliver(CardClosed(card_id=successor, household_id=family.household_id, reason="x"))
    assert (await health.visit(desk, renewed)).json()["code"] == "card_closed"


async def test_a_repeat_gets_the_first_answer_and_books_nothing(health: Health) -> None:
    desk, family, key = await health.desk(), await health.family(), str(new_id())
    replies = [await health.visit(desk, family, "medicines", 5_000, key=key) for _ in range(2)]
    assert replies[0].content == replies[1].content
    assert replies[1].headers["Idempotency-Replayed"] == "true"
    other = await health.visit(desk, family, "medicines", 5_001, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    count = await health.fetch("SELECT count(*) FROM encounter WHERE household_id = $1", family.household_id)
    assert count[0]["count"] == 1
    used = await health.fetch("SELECT used FROM cap_use WHERE patient_id = $1", family.head_id)
    assert used[0]["used"] == 500


async def test_another_providers_visit_is_not_there(health: Health) -> None:
    desk, stranger, family = await health.desk(), await health.desk(), await health.family()
    encounter_id = (await health.visit(desk, family)).json()["encounter_id"]
    for path in (f"/v1/encounters/{encounter_id}", f"/v1/encounters/{new_id()}"):
        reply = await health.client.get(path, headers=stranger.headers())
        assert (reply.status_code, reply.json()["code"]) == (404, "encounter_unknown")
    reply = await health.client.post(f"/v1/encounters/{encounter_id}/collection", headers=stranger.headers())
    assert reply.status_code == 404


async def test_what_became_of_the_copayment(health: Health) -> None:
    desk, family = await health.desk(), await health.family()
    visit = (await health.visit(desk, family, "medicines", 10_000)).json()
    encounter_id, due = visit["encounter_id"], UUID(visit["copayment_id"])
    early = await health.collect(desk, encounter_id, family.card_id)
    assert (early.status_code, early.json()["code"]) == (409, "nothing_to_collect")
    failed = PaymentFailed(
        payment_id=due,
        household_id=family.household_id,
        card_id=family.card_id,
        amount=1_000,
        reference=f"copayment:{due}",
        reason="insufficient_funds",
    )
    await health.deliver(failed)
    seen = await health.read(desk, encounter_id)
    assert (seen["copayment_state"], seen["failure"]) == ("failed", "insufficient_funds")
    bare = await health.client.post(f"/v1/encounters/{encounter_id}/collection", headers=desk.headers())
    assert (bare.status_code, bare.json()["code"]) == (409, "holder_proof_required")
    again = await health.collect(desk, encounter_id, family.card_id)
    assert (again.status_code, again.json()["copayment_state"]) == (200, "due")
    assert [e.copayment_id for e in await health.told(CopaymentDue)].count(due) == 2
    captured = PaymentCaptured(
        payment_id=due,
        wallet_id=new_id(),
        citizen_id=family.head_id,
        household_id=family.household_id,
        card_id=family.card_id,
        merchant_id=desk.provider_id,
        amount=1_000,
        reference=f"copayment:{due}",
    )
    await health.deliver(captured.model_copy(update={"reference": "redemption:x"}), captured, failed)
    seen = await health.read(desk, encounter_id)
    assert (seen["copayment_state"], seen["failure"]) == ("paid", None), "what is paid stays paid"


@pytest.mark.parametrize("scopes", ["redemptions:create redemptions:read", "payouts:submit payouts:approve"])
async def test_others_tokens_open_nothing(health: Health, scopes: str) -> None:
    desk, family = await health.desk(), await health.family()
    encounter_id = (await health.visit(desk, family)).json()["encounter_id"]
    kind = "terminal" if "redemptions" in scopes else "client"
    headers = health.issuer.headers(str(new_id()), scopes, kind=kind, outlet_id=desk.provider_id)
    body = {"card_id": str(family.card_id), "service": "medicines", "lines": [{"code": "A", "price": 1}]}
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/v1/eligibility", {"card_id": str(family.card_id)}),
        ("POST", "/v1/encounters", body),
        ("GET", f"/v1/encounters/{encounter_id}", None),
        ("GET", f"/v1/coverage/{family.card_id}", None),
        ("GET", f"/fhir/Patient/{family.head_id}", None),
    ]
    for method, path, document in calls:
        reply = await health.client.request(method, path, json=document, headers=headers)
        assert reply.status_code == 403, (path, reply.text)
    nobody = await health.client.post("/v1/eligibility", json={"card_id": str(family.card_id)})
    assert nobody.status_code == 401


async def test_only_a_clinics_own_terminal_enters_visits(health: Health) -> None:
    desk, other, family = await health.desk(), await health.desk(), await health.family()
    scopes = "encounters:create encounters:read"
    body = {"card_id": str(family.card_id), "service": "medicines", "lines": [{"code": "A", "price": 1}]}
    for headers in (
        health.issuer.headers("ministry", scopes),
        health.issuer.headers(str(new_id()), scopes, kind="terminal", outlet_id=desk.provider_id),
        health.issuer.headers(str(desk.terminal_id), scopes, kind="terminal", outlet_id=other.provider_id),
    ):
        reply = await health.client.post("/v1/encounters", json=body, headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (403, "clinic_terminal_needed")
