"""Emergencies are treated whatever the card, and looked at afterwards; visits and contributions are taken back."""

from __future__ import annotations

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
    assert (looked["review"], looked["copayment_state"], looked["national_id"]) == ("accepted", "due", BEARER)
    (due,) = await told(health, CopaymentDue, visit["encounter_id"])
    assert (due.amount, due.card_id, due.citizen_id) == (30_000, family.card_id, family.head_id)
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
        assert (looked["household_id"], looked["copayment_state"]) == (str(family.household_id), "due")
        (due,) = await told(health, CopaymentDue, visit["encounter_id"])
        assert (due.card_id, due.citizen_id) == (family.card_id, family.head_id)
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
    desk, other, family = await health.desk("hospital"), await health.desk(), await health.family()
    visit = (await health.visit(desk, family, "inpatient", 900_000, emergency=True)).json()
    path = f"/v1/encounters/{visit['encounter_id']}"
    assert (await reverse(health, other.headers(), path, 404))["code"] == "encounter_unknown"
    assert (await reverse(health, desk.headers(), path))["state"] == "reversed"
    assert (await reverse(health, desk.headers(), path, 409))["code"] == "entry_reversed"
    after = await health.read(desk, visit["encounter_id"])
    assert (after["copayment"], after["copayment_state"], after["total"]) == (45_000, "reversed", 900_000)
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
