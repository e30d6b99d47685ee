"""Emergencies are treated whatever the card, and looked at afterwards; visits and contributions are taken back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from approvals.testing import decide
from chassis.ids import new_id
from contracts.card import CardBlocked, CardClosed, CardServiceDisabled, ProgrammeService
from contracts.health import CopaymentDue, CopaymentReversed, EncounterRecorded, EncounterReversed

from ..support import NOON, Family, Health

BEARER = "29001011234567"


async def told(health: Health, kind: type[Any], encounter_id: str) -> list[Any]:
    return [event for event in await health.told(kind) if str(event.encounter_id) == encounter_id]


async def review(health: Health, encounter_id: str, expect: int = 200, **body: Any) -> dict[str, Any]:
    path = f"/v1/encounters/{encounter_id}/review"
    document = {"decision": "accept", "reason": "looked at", **body}
    reply = await health.client.post(path, json=document, headers=health.issuer.person("coverage:write"))
    assert reply.status_code == expect, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def waiting(health: Health) -> list[str]:
    reply = await health.admin("GET", "/v1/encounter-reviews?limit=200", "coverage:write")
    assert reply.status_code == 200, reply.text
    return [one["encounter_id"] for one in reply.json()["items"]]


@pytest.mark.parametrize("state", ["blocked", "closed", "disabled"])
async def test_an_emergency_with_a_card_that_is_refused_is_treated_and_looked_at(health: Health, state: str) -> None:
    """Truth 2.11 and 3.14 f."""
    desk, family = await health.desk("hospital"), await health.family()
    card = {"card_id": family.card_id, "household_id": family.household_id}
    events = {
        "blocked": CardBlocked(citizen_id=family.head_id, reason="lost", blocked_at=NOON, **card),
        "closed": CardClosed(reason="lost", **card),
        "disabled": CardServiceDisabled(service=ProgrammeService.HEALTH, reason="x", **card),
    }
    codes = {"blocked": "card_blocked", "closed": "card_closed", "disabled": "health_not_enabled"}
    await health.deliver(events[state])
    assert (await health.visit(desk, family, "inpatient", 600_000)).json()["code"] == codes[state]
    reply = await health.visit(desk, family, "inpatient", 600_000, emergency=True, national_id=BEARER)
    assert reply.status_code == 201, reply.text
    visit = reply.json()
    assert (visit["review"], visit["review_reasons"]) == ("open", [codes[state]])
    assert (visit["copayment"], visit["copayment_state"]) == (30_000, "review"), "nothing is taken before"
    assert not await told(health, CopaymentDue, visit["encounter_id"])
    assert visit["encounter_id"] in await waiting(health)
    looked = await review(health, visit["encounter_id"])
    assert (looked["review"], looked["copayment_state"], looked["national_id"]) == ("accepted", "owed", BEARER)
    assert not await told(health, CopaymentDue, visit["encounter_id"]), "no wallet is asked for an emergency"
    assert len(await told(health, EncounterRecorded, visit["encounter_id"])) == 1
    assert visit["encounter_id"] not in await waiting(health)
    assert (await review(health, visit["encounter_id"], 409))["code"] == "nothing_to_review"
    assert BEARER not in str(await health.read(desk, visit["encounter_id"]))


async def test_an_emergency_by_national_id_with_an_unknown_card_is_treated(health: Health) -> None:
    desk, family = await health.desk("hospital"), await health.family()
    body: dict[str, Any] = {"emergency": True, "national_id": BEARER}
    for card_id in (str(new_id()), None):
        reply = await health.visit(desk, Family(), "inpatient", 600_000, card_id=card_id, **body)
        assert reply.status_code == 201, reply.text
        visit = reply.json()
        assert (visit["patient_id"], visit["review_reasons"]) == (None, ["card_unknown"])
        assert (await review(health, visit["encounter_id"], 422))["code"] == "patient_needed"
        looked = await review(health, visit["encounter_id"], patient_id=str(family.child_id))
        assert (looked["household_id"], looked["copayment_state"]) == (str(family.household_id), "owed")
        assert looked["card_id"] == str(family.card_id), "the family's card that may pay"
    stored = await health.fetch("SELECT count(*) FROM encounter WHERE encounter::text LIKE $1", f"%{BEARER}%")
    assert stored[0]["count"] == 0, "the number is sealed"


async def test_what_an_emergency_must_say(health: Health) -> None:
    desk, family = await health.desk("hospital"), await health.family()

    async def code(**more: Any) -> str:
        body = {"card_id": str(new_id()), **more}
        return str((await health.visit(desk, family, "inpatient", **body)).json()["code"])

    assert await code(emergency=True) == "card_unknown", "nothing says who it was"
    assert await code(emergency=True, national_id="29013011234567") == "invalid_request"
    assert await code(national_id=BEARER) == "invalid_request", "for emergencies alone"
    assert await code(card_id=None) == "invalid_request"
    assert await code(emergency=True, patient_id=str(new_id())) == "patient_unknown"
    known = await health.visit(desk, family, "inpatient", card_id=None, emergency=True, patient_id=str(family.child_id))
    assert (known.status_code, known.json()["review_reasons"]) == (201, ["card_unknown"])


async def test_a_rejected_emergency_costs_nobody_anything(health: Health) -> None:
    desk, family = await health.desk("hospital"), await health.family()
    card = {"card_id": family.card_id, "household_id": family.household_id, "citizen_id": family.head_id}
    await health.deliver(CardBlocked(reason="fraud", blocked_at=NOON, **card))
    visit = (await health.visit(desk, family, "inpatient", 600_000, emergency=True)).json()
    looked = await review(health, visit["encounter_id"], decision="reject", reason="no such patient")
    assert (looked["review"], looked["copayment_state"]) == ("rejected", "reversed")
    assert (looked["insurer_state"], looked["insurer_part"]) == ("refused", 570_000)
    assert not await told(health, CopaymentDue, visit["encounter_id"])
    assert not await told(health, CopaymentReversed, visit["encounter_id"])
    used = await health.fetch("SELECT sum(used) AS used FROM cap_use WHERE patient_id = $1", family.head_id)
    assert used[0]["used"] == 0


async def test_another_governorates_emergencies_are_not_to_be_seen(health: Health) -> None:
    desk = await health.desk("hospital")
    body: dict[str, Any] = {"emergency": True, "national_id": BEARER, "card_id": None}
    visit = (await health.visit(desk, Family(), "inpatient", **body)).json()["encounter_id"]
    elsewhere = health.issuer.person("coverage:write", governorate="19")
    listed = await health.client.get("/v1/encounter-reviews?limit=200", headers=elsewhere)
    assert visit not in listed.text
    document = {"decision": "accept", "reason": "looked at", "patient_id": str(new_id())}
    refused = await health.client.post(f"/v1/encounters/{visit}/review", json=document, headers=elsewhere)
    assert (refused.status_code, refused.json()["code"]) == (404, "encounter_unknown")


async def reverse(health: Health, headers: dict[str, str], path: str, expect: int = 202) -> dict[str, Any]:
    reply = await health.client.post(f"{path}/reversal", json={"reason": "entered twice"}, headers=headers)
    assert reply.status_code == expect, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def test_a_provider_takes_a_visit_back_soon_after_it(health: Health) -> None:
    desk, other, family = await health.desk(), await health.desk(), await health.family()
    visit = (await health.visit(desk, family, "medicines", 450_000)).json()
    path = f"/v1/encounters/{visit['encounter_id']}"
    assert (await reverse(health, other.headers(), path, 404))["code"] == "encounter_unknown"
    assert (await reverse(health, desk.headers(), path))["state"] == "reversed"
    assert (await reverse(health, desk.headers(), path, 409))["code"] == "entry_reversed"
    after = await health.read(desk, visit["encounter_id"])
    assert (after["copayment"], after["copayment_state"], after["total"]) == (45_000, "reversed", 450_000)
    (given_back,) = await told(health, CopaymentReversed, visit["encounter_id"])
    assert (given_back.amount, given_back.copayment_id) == (45_000, given_back.copayment_id)
    assert len(await told(health, EncounterReversed, visit["encounter_id"])) == 1
    used = await health.fetch("SELECT sum(used) AS used FROM cap_use WHERE patient_id = $1", family.head_id)
    assert used[0]["used"] == 0, "the cap is free again"


async def test_later_the_authority_takes_a_visit_back_by_two(health: Health) -> None:
    desk, family = await health.desk(), await health.family()
    visit = (await health.visit(desk, family)).json()
    path = f"/v1/encounters/{visit['encounter_id']}"
    health.at(NOON + timedelta(days=8))
    assert (await reverse(health, desk.headers(), path, 409))["code"] == "visit_reversal_too_late"
    elsewhere = health.issuer.person("coverage:write", governorate="19")
    assert (await reverse(health, elsewhere, path, 404))["code"] == "encounter_unknown"
    officer = new_id()
    made = await reverse(health, health.issuer.person("coverage:write", person_id=officer), path)
    assert (made["state"], (await health.read(desk, visit["encounter_id"]))["copayment_state"]) == ("proposed", "due")
    own = await decide(
        health.client, health.issuer, "health", made["proposal_id"], "coverage:write", expect=403, person_id=officer
    )
    assert own["code"] == "own_proposal"
    await decide(health.client, health.issuer, "health", made["proposal_id"], "coverage:write")
    assert (await health.read(desk, visit["encounter_id"]))["copayment_state"] == "reversed"
    (row,) = await health.fetch(
        "SELECT reason, reversed_by, decided_by FROM encounter_reversal WHERE encounter_id::text = $1",
        visit["encounter_id"],
    )
    assert (row["reason"], row["reversed_by"]) == ("entered twice", f"person:{officer}")
    assert row["decided_by"].startswith("person:")
    assert row["decided_by"] != row["reversed_by"]


async def test_a_contribution_is_taken_back_by_another_person(health: Health) -> None:
    january = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    health.at(january)
    family = await health.family(activated_at=january)
    body: dict[str, Any] = {
        "household_id": str(family.household_id), "category": "employee", "insured_wage": 700_000,
        "first_month": "2026-01-01", "months": 10, "amount": 350_000, "reference": str(new_id()),
    }  # fmt: skip
    health.at(NOON)
    who = new_id()

    def clerk() -> dict[str, str]:
        return health.issuer.person("contributions:write", person_id=who)

    paid = await health.client.post("/v1/contributions", json=body, headers=clerk())
    assert (paid.status_code, paid.json()["state"]) == (201, "active")
    path = f"/v1/contributions/{paid.json()['contribution_id']}"
    elsewhere = health.issuer.person("contributions:write", governorate="19")
    assert (await reverse(health, elsewhere, path, 404))["code"] == "contribution_unknown"
    made = await reverse(health, clerk(), path)
    assert made["state"] == "proposed"
    assert (await reverse(health, clerk(), path, 409))["code"] == "proposal_open"
    await decide(health.client, health.issuer, "health", made["proposal_id"], "coverage:write")
    seen = (await health.admin("GET", f"/v1/coverage/{family.card_id}", "coverage:read")).json()
    (shown,) = seen["contributions"]
    assert (seen["state"], seen["unpaid_from"]) == ("suspended", "2026-01-01")
    assert (shown["reversal_reason"], shown["amount"]) == ("entered twice", 350_000), "the entry stays"
    assert (await reverse(health, clerk(), path, 409))["code"] == "entry_reversed"
    again = await health.client.post("/v1/contributions", json=body | {"reference": str(new_id())}, headers=clerk())
    assert (again.status_code, again.json()["state"]) == (201, "active"), "its months may be paid anew"


async def test_every_emergency_is_looked_at_and_takes_nothing_from_a_wallet(health: Health) -> None:
    """Truth 2.8, 3.18: the insurer pays once a person has looked at it, within the days of the policies."""
    desk, family = await health.desk("hospital"), await health.family()
    visit = (await health.visit(desk, family, "inpatient", 600_000, emergency=True)).json()
    assert (visit["review"], visit["review_reasons"], visit["review_by"]) == ("open", [], "2026-11-25")
    assert (visit["copayment"], visit["copayment_state"], visit["insurer_state"]) == (30_000, "review", "review")
    ordinary = (await health.visit(await health.desk(), family)).json()
    assert (ordinary["review"], ordinary["insurer_state"], ordinary["review_by"]) == (None, "payable", None)
    machine = await health.admin(
        "POST", f"/v1/encounters/{visit['encounter_id']}/review", "coverage:write",
        json={"decision": "accept", "reason": "a system"},
    )  # fmt: skip
    assert machine.status_code == 403, "systems decide nothing"
    looked = await review(health, visit["encounter_id"])
    assert (looked["copayment_state"], looked["insurer_state"]) == ("owed", "payable")
    assert not await told(health, CopaymentDue, visit["encounter_id"])
    late = (await health.visit(desk, family, "inpatient", 100_000, emergency=True)).json()
    health.at(NOON + timedelta(days=21))
    assert (await health.read(desk, late["encounter_id"]))["insurer_state"] == "lapsed"
    looked = await review(health, late["encounter_id"])
    assert (looked["review"], looked["insurer_state"]) == ("accepted", "lapsed"), "too late for the insurer's part"
    assert (await health.read(desk, visit["encounter_id"]))["insurer_state"] == "payable"


async def test_who_entered_a_visit_does_not_look_at_it(health: Health) -> None:
    desk, family, person = await health.desk("hospital"), await health.family(), new_id()
    visit = (await health.visit(desk, family, "inpatient", 600_000, emergency=True)).json()["encounter_id"]
    entered = "UPDATE encounter SET entered_by = jsonb_build_object('who', $2::text) WHERE encounter_id::text = $1"
    await health.runtime.pool.execute(entered, visit, f"person:{person}")
    reply = await health.client.post(
        f"/v1/encounters/{visit}/review",
        json={"decision": "accept", "reason": "looked at"},
        headers=health.issuer.person("coverage:write", person_id=person),
    )
    assert (reply.status_code, reply.json()["code"]) == (403, "own_visit")
    await review(health, visit)


async def test_nothing_a_terminal_types_books_more_than_the_ceiling(health: Health) -> None:
    """Finding B1: `emergency: true`, price 10^9 x 1000 booked 10 billion to the insurer and a cap each time."""
    desk, family = await health.desk("hospital"), await health.family()

    async def code(price: int, quantity: int = 1, lines: int = 1, **more: Any) -> str:
        document = [{"code": "X", "price": price, "quantity": quantity}] * lines
        reply = await health.visit(desk, family, "inpatient", lines=document, emergency=True, **more)
        return "entered" if reply.status_code == 201 else str(reply.json()["code"])

    assert await code(1_000_000_000, 1000) == "price_above_ceiling"
    assert await code(25_000_001) == "price_above_ceiling"
    assert await code(1, 61) == "quantity_above_bound"
    assert await code(25_000_000, 3) == "case_above_ceiling"
    assert await code(25_000_000, 1, 3) == "case_above_ceiling"
    assert await code(1_000_000_000, 1000, card_id=None, national_id=BEARER) == "price_above_ceiling"
    assert await code(25_000_000, 2) == "entered"
    assert await code(1) == "case_above_ceiling", "the same admission"
    booked = "SELECT sum(total) AS total, sum(copayment) AS copayment FROM encounter WHERE patient_id = $1"
    (row,) = await health.fetch(booked, family.head_id)
    assert (row["total"], row["copayment"]) == (50_000_000, 48_200)


async def test_emergencies_at_one_hospital_are_one_admission_with_one_cap(health: Health) -> None:
    desk, other, family = await health.desk("hospital"), await health.desk("hospital"), await health.family()

    async def owed(at: Any, day: int, **more: Any) -> int:
        when = (NOON - timedelta(days=day)).isoformat()
        reply = await health.visit(at, family, "inpatient", 600_000, emergency=True, occurred_at=when, **more)
        assert reply.status_code == 201, reply.text
        return int(reply.json()["copayment"])

    assert [await owed(desk, 20), await owed(desk, 18), await owed(desk, 6)] == [30_000, 18_200, 0]
    assert await owed(desk, 5) == 30_000, "more than fourteen days from the first"
    assert await owed(other, 18) == 30_000, "another hospital, another case"
    assert await owed(desk, 18, patient_id=str(family.child_id)) == 30_000
    busy = await health.desk("hospital")
    assert sorted(await asyncio.gather(*(owed(busy, day) for day in (0, 1, 2, 3)))) == [0, 0, 18_200, 30_000]


async def test_whoever_is_found_to_be_the_patient_owes_by_that_patients_case(health: Health) -> None:
    desk, family, nobody = await health.desk("hospital"), await health.family(), {"card_id": None}
    body: dict[str, Any] = {"emergency": True, "national_id": BEARER, **nobody}
    visits = [(await health.visit(desk, family, "inpatient", 600_000, **body)).json() for _ in range(3)]
    assert [visit["copayment"] for visit in visits] == [30_000] * 3, "of somebody nobody knows"
    found = str(family.child_id)
    looked = [await review(health, visit["encounter_id"], patient_id=found) for visit in visits]
    assert [one["copayment"] for one in looked] == [30_000, 18_200, 0]
    assert [one["copayment_state"] for one in looked] == ["owed", "owed", "none"]
    assert [one["copayment"] + one["insurer_part"] for one in looked] == [600_000] * 3
    taken_back = await health.client.post(
        f"/v1/encounters/{visits[0]['encounter_id']}/reversal", json={"reason": "twice"}, headers=desk.headers()
    )
    assert taken_back.status_code == 202, taken_back.text
    used = await health.fetch("SELECT used, billed FROM cap_use WHERE patient_id = $1", family.child_id)
    assert [(row["used"], row["billed"]) for row in used] == [(18_200, 1_200_000)]
    assert not await told(health, CopaymentReversed, visits[0]["encounter_id"]), "nothing was taken"
