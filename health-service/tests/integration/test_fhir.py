"""FHIR R4: every resource and every refusal reads as one with an independent FHIR library, and holds ids only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.coverage import Coverage
from fhir.resources.R4B.coverageeligibilityrequest import CoverageEligibilityRequest
from fhir.resources.R4B.coverageeligibilityresponse import CoverageEligibilityResponse
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.patient import Patient
from pydantic import BaseModel

from chassis.ids import new_id

from ..support import NOON, Family, Health

MEDIA_TYPE = "application/fhir+json"


def parsed(kind: type[BaseModel], body: bytes) -> Any:
    """A resource as the independent library reads it. Raises ValueError where it is not one."""
    return kind.model_validate_json(body)


async def call(health: Health, method: str, path: str, scopes: str = "fhir:read", **options: Any) -> httpx.Response:
    claims = options.pop("claims", {})
    headers = health.issuer.headers("hospital", scopes, **claims) | {"Accept": MEDIA_TYPE}
    return await health.client.request(method, path, headers=headers | options.pop("headers", {}), **options)


def wanted(patient_id: object, *purpose: str) -> dict[str, Any]:
    """A request as another system's FHIR library writes it."""
    request = CoverageEligibilityRequest.model_validate(
        {
            "resourceType": "CoverageEligibilityRequest",
            "identifier": [{"system": "urn:hospital", "value": "7"}],
            "status": "active",
            "purpose": list(purpose) or ["validation"],
            "patient": {"reference": f"Patient/{patient_id}"},
            "created": "2026-11-05T10:00:00+02:00",
            "insurer": {"display": "UHIA"},
            "item": [{"category": {"text": "medicines"}}],
        }
    )
    document: dict[str, Any] = request.model_dump(mode="json")
    return document


def refused(reply: httpx.Response, status: int, code: str) -> None:
    assert (reply.status_code, reply.headers["content-type"]) == (status, MEDIA_TYPE), reply.text
    outcome = parsed(OperationOutcome, reply.content)
    assert outcome.issue[0].details.coding[0].code == code


async def test_what_the_server_says_of_itself(health: Health) -> None:
    reply = await health.client.get("/fhir/metadata")
    assert (reply.status_code, reply.headers["content-type"]) == (200, MEDIA_TYPE)
    statement = parsed(CapabilityStatement, reply.content)
    assert statement.fhirVersion == "4.0.1"
    assert [kind.type for kind in statement.rest[0].resource] == ["Patient", "Coverage", "CoverageEligibilityRequest"]


async def test_only_json_is_spoken_and_taken(health: Health) -> None:
    path = "/fhir/metadata"
    for accept in ("application/fhir+xml", "text/xml, application/xml;q=0.9", "application/fhir+json;q=0"):
        refused(await health.client.get(path, headers={"Accept": accept}), 406, "not_acceptable")
    for accept in ("*/*", "application/*", "application/json", "text/xml, application/fhir+json;q=0.1"):
        assert (await health.client.get(path, headers={"Accept": accept})).status_code == 200
    xml: dict[str, Any] = {"content": "<x/>", "headers": {"Content-Type": "application/fhir+xml"}}
    reply = await call(health, "POST", "/fhir/CoverageEligibilityRequest", "eligibility:check fhir:read", **xml)
    refused(reply, 415, "unsupported_media_type")


async def test_a_patient_is_an_id_a_year_and_a_governorate(health: Health) -> None:
    family = await health.family()
    reply = await call(health, "GET", f"/fhir/Patient/{family.child_id}")
    patient = parsed(Patient, reply.content)
    assert (patient.id, patient.active, str(patient.address[0].state)) == (str(family.child_id), True, "03")
    assert set(reply.json()) == {"resourceType", "id", "identifier", "active", "birthDate", "address"}
    refused(await call(health, "GET", f"/fhir/Patient/{new_id()}"), 404, "fhir_patient_unknown")
    elsewhere = await call(health, "GET", f"/fhir/Patient/{family.child_id}", claims={"governorate": "01"})
    refused(elsewhere, 404, "fhir_patient_unknown")
    refused(
        await call(health, "GET", f"/fhir/Patient/{family.child_id}", "encounters:create"), 403, "insufficient_scope"
    )
    refused(await health.client.get(f"/fhir/Patient/{family.child_id}"), 401, "missing_token")
    refused(await call(health, "GET", "/fhir/Patient/12"), 422, "invalid_request")


async def test_cover_by_id_and_by_beneficiary(health: Health) -> None:
    family = await health.family()
    reply = await call(health, "GET", f"/fhir/Coverage/{family.child_id}")
    coverage = parsed(Coverage, reply.content)
    assert (coverage.status, coverage.beneficiary.reference) == ("active", f"Patient/{family.child_id}")
    assert coverage.policyHolder.reference == f"Patient/{family.head_id}"
    assert (str(coverage.period.start), coverage.relationship.coding[0].code) == ("2026-11-01", "other")
    costs = {cost.type.text: cost for cost in coverage.costToBeneficiary}
    assert costs["inpatient"].valueQuantity.value == 5
    assert costs["home_visit"].valueMoney.value == 100
    path = f"/fhir/Coverage?beneficiary=Patient/{family.child_id}"
    bundle = parsed(Bundle, (await call(health, "GET", path)).content)
    assert (bundle.type, bundle.total) == ("searchset", 1)
    assert bundle.entry[0].resource.id == str(family.child_id)
    none = parsed(Bundle, (await call(health, "GET", f"/fhir/Coverage?beneficiary={new_id()}")).content)
    assert (none.total, none.entry) == (0, None)
    refused(await call(health, "GET", "/fhir/Coverage"), 422, "invalid_request")
    refused(await call(health, "GET", f"/fhir/Coverage?beneficiary:exact={family.child_id}"), 422, "invalid_request")
    outside = await health.family(services=())
    refused(await call(health, "GET", f"/fhir/Coverage/{outside.head_id}"), 404, "fhir_coverage_unknown")
    health.at(NOON + timedelta(days=400))
    suspended = parsed(Coverage, (await call(health, "GET", f"/fhir/Coverage/{family.head_id}")).content)
    assert (suspended.status, str(suspended.period.end)) == ("cancelled", "2027-04-30")


async def ask(health: Health, patient_id: object, *purpose: str) -> Any:
    body = wanted(patient_id, *purpose)
    reply = await call(
        health, "POST", "/fhir/CoverageEligibilityRequest", json=body, headers={"Content-Type": MEDIA_TYPE}
    )
    assert (reply.status_code, reply.headers["content-type"]) == (200, MEDIA_TYPE), reply.text
    return parsed(CoverageEligibilityResponse, reply.content)


async def test_eligibility(health: Health) -> None:
    family, pharmacy = await health.family(), await health.desk("pharmacy")
    plain = await ask(health, family.head_id)
    assert (plain.outcome, plain.insurance[0].inforce, plain.insurance[0].item) == ("complete", True, None)
    assert plain.request.identifier.value == "7"
    assert (await health.visit(pharmacy, family, "medicines", 123_450)).status_code == 201
    answer = await ask(health, family.head_id, "benefits", "validation")
    items = {item.category.text: item for item in answer.insurance[0].item}
    percent, most = items["medicines"].benefit
    assert (percent.allowedUnsignedInt, most.allowedMoney.value, most.usedMoney) == (10, 1606, None)
    assert items["consultation"].benefit[0].allowedUnsignedInt == 0
    nobody = await ask(health, (await health.family(services=())).head_id)
    assert (nobody.insurance, nobody.disposition) == (None, "Health insurance has not begun for this family")


@pytest.mark.parametrize(
    ("serviced", "inforce", "disposition"),
    [
        ({"servicedDate": "2019-05-01"}, False, "Health insurance has not begun for this family"),
        ({"servicedDate": "2019"}, False, "Health insurance has not begun for this family"),
        ({"servicedDate": "2026-10-31"}, False, "Health insurance has not begun for this family"),
        ({"servicedDate": "2026-11-05"}, True, "Covered."),
        ({"servicedDate": "2027-04-30"}, True, "Covered."),
        ({"servicedDate": "2040-01-01"}, False, "Cover is suspended for unpaid contributions"),
        ({"servicedPeriod": {"start": "2026-11-05", "end": "2026-11-30"}}, True, "Covered."),
        ({"servicedPeriod": {"start": "2026-11-05", "end": "2040-01-01"}}, False, "Cover is suspended"),
    ],
    ids=lambda value: "-".join(str(one) for one in value.values()) if isinstance(value, dict) else None,
)
async def test_cover_is_judged_by_the_day_of_care(
    health: Health, serviced: dict[str, Any], inforce: bool, disposition: str
) -> None:
    """Enrolled on 1 November 2026 and never paid: six months. Truth 2.23."""
    family = await health.family()
    body = wanted(family.head_id, "benefits") | serviced
    reply = await call(health, "POST", "/fhir/CoverageEligibilityRequest", json=body)
    answer = parsed(CoverageEligibilityResponse, reply.content)
    assert (answer.insurance[0].inforce, answer.disposition.startswith(disposition)) == (inforce, True), answer
    assert all(item.excluded is not inforce for item in answer.insurance[0].item)
    told = {name: reply.json()[name] for name in serviced}
    assert told == serviced


async def test_what_is_no_request(health: Health) -> None:
    family = await health.family()
    good = wanted(family.head_id)
    path = "/fhir/CoverageEligibilityRequest"
    spoilt: tuple[Any, ...] = (
        good | {"resourceType": "Claim"},
        good | {"patient": {"display": "someone"}},
        good | {"patient": {"reference": "Patient/x"}},
        good | {"purpose": []},
        good | {"status": "draft"},
        good | {"servicedDate": "2026-02-30"},
        good | {"servicedDate": "soon"},
        good | {"servicedDate": "2026-02-01", "servicedPeriod": {"start": "2026-02-01"}},
        good | {"servicedPeriod": {"start": "2026-02-02", "end": "2026-02-01"}},
        [],
    )
    for spoiled in spoilt:
        refused(await call(health, "POST", path, json=spoiled), 422, "invalid_request")
    broken = await call(health, "POST", path, content=b"{", headers={"Content-Type": MEDIA_TYPE})
    refused(broken, 400, "malformed_request")
    refused(await call(health, "POST", path, json=wanted(Family().head_id)), 404, "fhir_patient_unknown")
