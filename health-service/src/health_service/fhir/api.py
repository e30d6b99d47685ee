"""Routes of FHIR R4."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from chassis.auth import Caller
from chassis.db import Reading
from chassis.routing import router
from contracts.scopes import Scope
from health_service.context import Running
from health_service.fhir import service
from health_service.fhir.outcome import MEDIA_TYPE, FhirRoute, refusals
from health_service.fhir.schemas import (
    PATIENT,
    FhirBundle,
    FhirCapabilities,
    FhirCoverage,
    FhirEligibilityRequest,
    FhirEligibilityResponse,
    FhirOperationOutcome,
    FhirPatient,
)


class FhirResponse(JSONResponse):
    """JSON in FHIR's media type."""

    media_type = MEDIA_TYPE


routes = router(
    prefix=service.BASE,
    tags=["fhir"],
    route_class=FhirRoute,
    default_response_class=FhirResponse,
    # So that the OpenAPI knows the shape of refusals; every route has its own statuses beside it.
    responses={"default": {"model": FhirOperationOutcome, "description": "Refused."}, **refusals()},
)

Beneficiary = Annotated[str, Query(pattern=PATIENT.replace("^Patient/", "^(Patient/)?"), description="Patient/<id>")]


@routes.get("/metadata", public=True, response_model=FhirCapabilities)
async def read_capabilities() -> Response:
    """What this server can do (CapabilityStatement)."""
    return _reply(service.capabilities())


@routes.get("/Patient/{patient_id}", scopes=Scope.FHIR_READ, response_model=FhirPatient, purpose="citizen_lookup")
async def read_patient(runtime: Running, patient_id: UUID, caller: Caller, session: Reading) -> Response:
    """A citizen by id, without name or national id."""
    return _reply(await service.patient(session, runtime, caller, patient_id))


@routes.get("/Coverage/{patient_id}", scopes=Scope.FHIR_READ, response_model=FhirCoverage, purpose="cover_check")
async def read_coverage_of_patient(runtime: Running, patient_id: UUID, caller: Caller, session: Reading) -> Response:
    """The cover of a citizen; it has the citizen's id."""
    return _reply(await service.coverage(session, runtime, caller, patient_id))


@routes.get("/Coverage", scopes=Scope.FHIR_READ, response_model=FhirBundle, purpose="cover_check")
async def search_coverage(runtime: Running, beneficiary: Beneficiary, caller: Caller, session: Reading) -> Response:
    """The cover of a beneficiary, as a bundle."""
    patient_id = UUID(beneficiary.removeprefix("Patient/"))
    return _reply(await service.search_coverage(session, runtime, caller, patient_id))


@routes.post(
    "/CoverageEligibilityRequest", scopes=Scope.FHIR_READ, response_model=FhirEligibilityResponse, purpose="cover_check"
)
async def check_coverage(runtime: Running, body: FhirEligibilityRequest, caller: Caller, session: Reading) -> Response:
    """Whether a patient is covered and what services cost; answered at once, nothing is kept."""
    return _reply(await service.check(session, runtime, caller, body))


def _reply(resource: BaseModel) -> Response:
    return Response(resource.model_dump_json(by_alias=True, exclude_none=True), media_type=MEDIA_TYPE)
