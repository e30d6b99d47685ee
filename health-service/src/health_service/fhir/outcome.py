"""FHIR's own way of saying no: problems leave as OperationOutcome."""

from __future__ import annotations

from collections.abc import Callable, Coroutine

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError

from chassis.edge import note_refusal
from chassis.media import other_than_json, reads
from chassis.problems import (
    COMMON,
    InvalidRequest,
    MalformedRequest,
    NotAcceptable,
    Problem,
    UnsupportedMedia,
    headers_of,
    status_of,
)
from chassis.refusals import Refusal
from chassis.routing import DeclaredRoute
from health_service.fhir.schemas import FhirCoding, FhirConcept, FhirIssue, FhirOperationOutcome

MEDIA_TYPE = "application/fhir+json"
JSON_TYPES = (MEDIA_TYPE, "application/json", "text/json")
PROBLEMS = "/problems"
JSON_INVALID = "json_invalid"

# The kinds of FHIR's own list that our statuses come nearest to.
_CODES = {
    400: "structure",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "invalid",
    429: "throttled",
    503: "transient",
    504: "timeout",
}


class FhirRoute(DeclaredRoute):
    """Answers with FHIR's media type, and turns every refusal into an OperationOutcome."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[object, object, Response]]:
        """Wrap FastAPI's handler; whoever calls is checked inside it, so that this too is refused in FHIR's way."""
        handler = super().get_route_handler()

        async def speak_fhir(request: Request) -> Response:
            try:
                if not reads(request, *JSON_TYPES):
                    raise NotAcceptable(f"Resources are given as {MEDIA_TYPE} only.")
                return await handler(request)
            except Refusal as error:
                refusal = error
            except RequestValidationError as error:
                sent = other_than_json(request)
                refusal = (
                    UnsupportedMedia(f"The type of the body is {sent}; send {MEDIA_TYPE}.") if sent else _invalid(error)
                )
            note_refusal(request.scope, refusal)
            return refused(refusal)

        return speak_fhir


def refused(refusal: Refusal) -> Response:
    """A refusal as FHIR says it."""
    status = status_of(type(refusal))
    outcome = FhirOperationOutcome(
        issue=[
            FhirIssue(
                severity="fatal" if status >= 500 else "error",
                code=_CODES.get(status, "processing"),
                details=FhirConcept(
                    coding=[FhirCoding(system=PROBLEMS, code=refusal.code, display=refusal.title())],
                    text=refusal.title_ar,
                ),
                diagnostics=refusal.detail or None,
            )
        ]
    )
    body = outcome.model_dump_json(by_alias=True, exclude_none=True)
    return Response(body, status, headers_of(refusal), MEDIA_TYPE)


def refusals() -> dict[int | str, dict[str, object]]:
    """FastAPI's `responses=`: every common refusal as an OperationOutcome, or as the edge's own problem document."""
    described: dict[int | str, dict[str, object]] = {}
    known: tuple[type[Problem], ...] = (*COMMON, NotAcceptable)
    for problem in known:
        words = f"`{problem.code}`: {problem.title()}"
        entry = described.setdefault(problem.status, _response(problem.status))
        entry["description"] = f"{entry['description']}; {words}" if entry["description"] else words
    return described


def _response(_: int) -> dict[str, object]:
    return {
        "description": "",
        "content": {
            MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/FhirOperationOutcome"}},
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}},
        },
    }


def _invalid(error: RequestValidationError) -> Refusal:
    """Where and why, never what was sent."""
    faults = error.errors()
    summary = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults[:3])
    kind = MalformedRequest if any(fault["type"] == JSON_INVALID for fault in faults) else InvalidRequest
    return kind(summary)
