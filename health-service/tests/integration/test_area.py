"""Whose family, whose visit: every operation, tried by a stranger."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.testing import as_person
from chassis.ids import new_id
from chassis.testing_acts import Own
from chassis.testing_proofs import prove
from chassis.testing_walk import ISMAILIA, PORT_SAID, Call, signed_by, walk
from policybook.testing import policy_calls

from ..support import MOST, Desk, Family, Health

ANYONE = {
    "GET /v1/policies/health": "the rules are the same for all",
    "POST /v1/encounters": "care is given to whoever comes; what is covered is a rule of the visit",
    "GET /fhir/metadata": "what the server can do",
}
_UNPAID = (
    "UPDATE encounter SET copayment_state = 'failed', failure = 'insufficient_funds' WHERE encounter_id::text = $1"
)
_ENTERED = "SELECT entered_by::text FROM encounter WHERE encounter_id = ($1::jsonb ->> 'encounter_id')::uuid"
PROVIDER = {"kind": "hospital", "name_ar": "مستشفى", "name_en": "hospital", "governorate": "03", "district": "03.02"}


async def test_every_operation_asks_whose_it_is(health: Health) -> None:
    desk, other, family = await health.desk(), await health.desk(), await health.family()
    visit = (await health.visit(desk, family)).json()["encounter_id"]
    await health.runtime.pool.execute(_UNPAID, visit)
    mine: dict[str, Any] = {
        "kind": "terminal", "outlet_id": desk.provider_id, "subject": str(desk.terminal_id), **PORT_SAID,
    }  # fmt: skip
    near: dict[str, Any] = mine | {"outlet_id": other.provider_id, "subject": str(other.terminal_id)}
    provider, terminal = f"/v1/providers/{desk.provider_id}", f"/v1/clinic-terminals/{desk.terminal_id}"
    new_terminal = {"provider_id": str(desk.provider_id), "serial": str(new_id()), "model": "UC-H"}
    contribution = contribution_of(family)
    exemption = {"kind": "unable", "first_day": "2026-11-01", "last_day": "2027-01-31", "reference": "r"}
    patient = f"Patient/{family.head_id}"
    asked = {
        "resourceType": "CoverageEligibilityRequest", "status": "active", "purpose": ["validation"],
        "patient": {"reference": patient}, "created": "2026-11-05", "insurer": {"display": "UHIA"},
    }  # fmt: skip
    await walk(
        health.app,
        health.client,
        signed_by(health.issuer),
        {
            **await policy_calls(health.client, health.issuer, "health", "/v1/policies/health"),
            "POST /v1/providers": Call("/v1/providers", "providers:write", refused=403, body={"json": PROVIDER}),
            "GET /v1/providers": [
                Call("/v1/providers", "providers:read", refused=200, mark=str(desk.provider_id)),
                Call("/v1/providers?governorate=03", "providers:read", refused=200, mark=str(desk.provider_id)),
            ],
            "GET /v1/providers/{provider_id}": Call(provider, "providers:read"),
            "PUT /v1/providers/{provider_id}/contact": Call(
                f"{provider}/contact", "providers:write", body={"json": {"mobile": "01001234567"}}
            ),
            "POST /v1/clinic-terminals": Call("/v1/clinic-terminals", "providers:write", body={"json": new_terminal}),
            "GET /v1/clinic-terminals": Call(
                "/v1/clinic-terminals", "providers:read", refused=200, mark=str(desk.terminal_id)
            ),
            "GET /v1/clinic-terminals/{terminal_id}": Call(terminal, "providers:read"),
            "POST /v1/contributions": Call("/v1/contributions", "contributions:write", body={"json": contribution}),
            "GET /v1/coverage/{card_id}": Call(f"/v1/coverage/{family.card_id}", "coverage:read"),
            "PUT /v1/coverage/{household_id}/exemption": Call(
                f"/v1/coverage/{family.household_id}/exemption", "coverage:write", body={"json": exemption}
            ),
            "POST /v1/eligibility": [
                Call("/v1/eligibility", "eligibility:check", body={"json": {"card_id": str(family.card_id)}}),
            ],
            "GET /v1/encounters/{encounter_id}": Call(f"/v1/encounters/{visit}", "encounters:read", mine, near),
            **await _taken_back(health, desk, family, visit, mine, near),
            "GET /fhir/Patient/{patient_id}": Call(f"/fhir/{patient}", "fhir:read"),
            "GET /fhir/Coverage/{patient_id}": Call(f"/fhir/Coverage/{family.head_id}", "fhir:read"),
            "GET /fhir/Coverage": Call(
                f"/fhir/Coverage?beneficiary={patient}", "fhir:read", refused=200, mark='"total":1'
            ),
            "POST /fhir/CoverageEligibilityRequest": Call(
                "/fhir/CoverageEligibilityRequest", "fhir:read", body={"json": asked}
            ),
            "POST /v1/clinic-terminals/{terminal_id}/suspension": Call(
                f"{terminal}/suspension", "providers:write", body={"json": {"reason": "lost"}}
            ),
            "DELETE /v1/clinic-terminals/{terminal_id}/suspension": Call(f"{terminal}/suspension", "providers:write"),
        },
        ANYONE,
        acts={
            "POST /v1/encounters": Call(
                "/v1/encounters", "encounters:create", mine, body={"json": visit_of(desk, family)}
            ),
            "GET /v1/policies/health": Call("/v1/policies/health", "policies:read"),
        },
        own={"POST /v1/encounters": Own(_ENTERED)},
    )


async def _taken_back(
    health: Health, desk: Desk, family: Family, visit: str, mine: dict[str, Any], near: dict[str, Any]
) -> dict[str, Any]:
    """Calls that collect, take visits and contributions back, or look at an emergency."""
    own = (await health.visit(desk, family)).json()["encounter_id"]
    emergency: dict[str, Any] = {"emergency": True, "national_id": "29001011234567", "card_id": None}
    unknown = (await health.visit(desk, family, "medicines", **emergency)).json()["encounter_id"]
    body = contribution_of(await health.family()) | {"reference": "walk"}
    paid = (await health.admin("POST", "/v1/contributions", "contributions:write", json=body)).json()["contribution_id"]
    why = {"json": {"reason": "a walk"}}
    reviewed = {"json": {"decision": "reject", "reason": "a walk"}}
    agreed = {"json": {"holder_proof": prove(desk.terminal_id, family.card_id, MOST, "visit")}}
    return {
        "POST /v1/encounters/{encounter_id}/collection": Call(
            f"/v1/encounters/{visit}/collection", "encounters:create", mine, near, body=agreed
        ),
        "POST /v1/contributions/{contribution_id}/reversal": Call(
            f"/v1/contributions/{paid}/reversal", "contributions:write", body=why
        ),
        "POST /v1/encounters/{encounter_id}/reversal": [
            Call(f"/v1/encounters/{visit}/reversal", "coverage:write", body=why),
            Call(f"/v1/encounters/{own}/reversal", "encounters:create", mine, near, body=why),
        ],
        "GET /v1/encounter-reviews": Call(
            "/v1/encounter-reviews?limit=200", "coverage:write", refused=200, mark=unknown
        ),
        "POST /v1/encounters/{encounter_id}/review": Call(
            f"/v1/encounters/{unknown}/review",
            "coverage:write",
            as_person(governorate=PORT_SAID["governorate"]),
            as_person(governorate=ISMAILIA["governorate"]),
            body=reviewed,
        ),
    }


def contribution_of(family: Family) -> dict[str, Any]:
    """A contribution to be entered."""
    return {
        "household_id": str(family.household_id), "category": "employee", "insured_wage": 700_000,
        "first_month": "2026-11-01", "months": 1, "amount": 35_000, "reference": "r",
    }  # fmt: skip


def visit_of(desk: Desk, family: Family) -> dict[str, Any]:
    """A visit to be entered."""
    proof = prove(desk.terminal_id, family.card_id, MOST, "visit")
    lines = [{"code": "A10", "price": 10_000, "quantity": 1}]
    return {"card_id": str(family.card_id), "service": "medicines", "lines": lines, "holder_proof": proof}


async def test_a_clinic_asks_for_whoever_comes(health: Health) -> None:
    desk, family = await health.desk(), await health.family(governorate=ISMAILIA["governorate"])
    assert (await health.ask(desk, family))["card_id"] == str(family.card_id)


@pytest.mark.parametrize(("bound", "status"), [("03", 200), ("03.02", 200), ("03.03", 404), ("35.02", 404)])
async def test_who_is_bound_to_a_district_reads_the_families_of_it(health: Health, bound: str, status: int) -> None:
    """Families of the tests live in 03.02, by whatever event was heard first."""
    family = await health.family()
    asked = {"card_id": str(family.card_id), "service": "medicines"}
    calls = [
        ("GET", f"/v1/coverage/{family.card_id}", "coverage:read", None),
        ("POST", "/v1/eligibility", "eligibility:check", asked),
        ("GET", f"/fhir/Patient/{family.head_id}", "fhir:read", None),
    ]
    for method, path, scope, body in calls:
        headers = health.issuer.headers("unit", scope, governorate=bound)
        reply = await health.client.request(method, path, json=body, headers=headers)
        assert reply.status_code == status, (path, reply.text)
