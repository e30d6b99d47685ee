"""The edge's own refusals, as the same problem documents the services send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from api_gateway.edge import front_refusals
from api_gateway.edge.front_refusals import Told
from api_gateway.errors import (
    DeadlineExceeded,
    HeadersTooLarge,
    RequestTimedOut,
    UpgradeRequired,
    UpstreamUnavailable,
)
from chassis.problems import (
    MEDIA_TYPE,
    InsufficientScope,
    InternalError,
    InvalidToken,
    MalformedRequest,
    MethodNotAllowed,
    MissingToken,
    NotFound,
    PayloadTooLarge,
    Problem,
    RateLimited,
)

_CEL = "type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"

_GUARD = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
RETRY_AFTER = {"retry-after": "1"}

NO_TOKEN = UpstreamUnavailable(
    "The token could not be checked: the issuer's keys are out of reach.",
    detail_ar="تعذر التحقق من رمز الدخول الآن.",
)

BY_DETAIL: tuple[tuple[str, Problem], ...] = (
    (
        "Jwt_is_missing",
        MissingToken(
            "Send a header Authorization: Bearer with a token from /oauth/token.",
            detail_ar="أرسل رمز الدخول مع الطلب.",
        ),
    ),
    ("Jwks_remote_fetch_is_failed", NO_TOKEN),
    ("Jwks_doesn't_have_key_to_match_kid_or_alg_from_Jwt", InvalidToken("The token's key is not one of ours.")),
    ("Audiences_in_Jwt_are_not_allowed", InvalidToken("The token is meant for another API.")),
    ("Jwt_is_expired", InvalidToken("The token has expired: get a new one.", detail_ar="انتهت صلاحية رمز الدخول.")),
)
"""Refusals told apart by what Envoy's token filter found."""

BY_STATUS: tuple[tuple[int, Problem], ...] = (
    (400, MalformedRequest("The request is not well-formed HTTP, or its path or headers hold what is not allowed.")),
    (401, InvalidToken("The token is malformed, forged, or not meant for this API.")),
    (403, InsufficientScope("None of the token's scopes opens this route.")),
    (404, NotFound("There is no such path in this API.", detail_ar="لا يوجد هذا العنوان.")),
    (405, MethodNotAllowed("The header Allow names the methods of this path.")),
    (408, RequestTimedOut("Send the whole request without pauses.")),
    (413, PayloadTooLarge("Imports may have 16 MiB, other requests 1 MiB.", detail_ar="قسّم الملف وأرسله على أجزاء.")),
    (426, UpgradeRequired("HTTP/1.0 is not spoken here.")),
    (429, RateLimited("Wait for the seconds in Retry-After.", detail_ar="انتظر قليلاً ثم حاول مرة أخرى.")),
    (431, HeadersTooLarge("All headers together may have 32 KiB, and there may be 64 of them.")),
    (500, InternalError()),
    (502, UpstreamUnavailable("The service broke off its answer.", detail_ar="انقطع الرد، حاول مرة أخرى.")),
    (
        503,
        UpstreamUnavailable(
            "The service cannot be reached or has too much to do.", detail_ar="الخدمة مشغولة أو لا تجيب الآن."
        ),
    ),
    (
        504,
        DeadlineExceeded(
            "It is not known whether the request was carried out: repeat it with the same key.",
            detail_ar="لم يُعرف هل تم الطلب: أعد إرساله بنفس رقم العملية.",
        ),
    ),
)
"""Refusals told apart by the status Envoy chose."""


def local_replies(more: Mapping[str, str], fronts: Sequence[str] = ()) -> dict[str, object]:
    """Envoy's `local_reply_config`: pages below the fronts, problems elsewhere.

    `more`: headers that every answer has; `fronts`: below which paths people read the answers.
    """
    pages = [one for path in fronts for one in _pages(path, more)]
    by_detail = [_mapper(_detail_is(detail), problem, more) for detail, problem in BY_DETAIL]
    by_status = [_mapper(_status_is(status), problem, more) for status, problem in BY_STATUS]
    rest = MalformedRequest("The request cannot be served.")
    return {"mappers": pages + by_detail + by_status, "body_format": _body(rest, status="%RESPONSE_CODE%")}


def _mapper(condition: dict[str, object], problem: Problem, more: Mapping[str, str]) -> dict[str, object]:
    mapper: dict[str, object] = {"filter": condition, "status_code": problem.status}
    mapper["body_format_override"] = _body(problem, problem.status)
    headers = {**_GUARD, **more, **{name.lower(): value for name, value in problem.headers.items()}}
    mapper["headers_to_add"] = [overwrite(name, value) for name, value in headers.items()]
    return mapper


def _pages(path: str, more: Mapping[str, str]) -> list[dict[str, object]]:
    """The mappers of one front: by status, then whatever is left."""
    below = front_refusals.below(path)
    known = [
        _page_mapper({"and_filter": {"filters": [below, _status_is(status)]}}, told, path, more)
        for status, told in front_refusals.BY_STATUS.items()
    ]
    return [*known, _page_mapper(below, front_refusals.REST, path, more)]


def _page_mapper(condition: dict[str, object], told: Told, start: str, more: Mapping[str, str]) -> dict[str, object]:
    wait = {} if told.retry_after is None else {"retry-after": str(told.retry_after)}
    headers = {**front_refusals.HEADERS, **more, **wait}
    text = {"inline_string": front_refusals.page(told, start)}
    return {
        "filter": condition,
        "body_format_override": {"text_format_source": text, "content_type": front_refusals.MEDIA_TYPE},
        "headers_to_add": [overwrite(name, value) for name, value in headers.items()],
    }


def _body(problem: Problem, status: int | str) -> dict[str, object]:
    members = {**problem.document(), "status": status, "request_id": "%REQ(X-REQUEST-ID)%"}
    return {"json_format": members, "content_type": MEDIA_TYPE, "omit_empty_values": True}


def _status_is(status: int) -> dict[str, object]:
    value = {"default_value": status, "runtime_key": f"unicard.refusal.{status}"}
    return {"status_code_filter": {"comparison": {"op": "EQ", "value": value}}}


def _detail_is(detail: str) -> dict[str, object]:
    expression = f'response.code_details == "jwt_authn_access_denied{{{detail}}}"'
    config = {"@type": _CEL, "expression": expression}
    return {"extension_filter": {"name": "envoy.access_loggers.extension_filters.cel", "typed_config": config}}


def overwrite(name: str, value: str) -> dict[str, object]:
    """A header to be set, whatever it was before."""
    return {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
