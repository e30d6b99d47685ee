"""Problem details (RFC 9457) for refusals, with stable codes, in English and Arabic.

What only a request over HTTP can meet is a `Problem` with a status of its own: a small class beside the code that
raises it, as every refusal. The refusals of rules know no HTTP: `STATUS` has their statuses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

import orjson
from pydantic import BaseModel, ConfigDict, JsonValue
from starlette.responses import Response

from chassis.refusals import Kind, Refusal

MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[Kind, int] = {Kind.INVALID: 422, Kind.FORBIDDEN: 403, Kind.UNKNOWN: 404, Kind.CONFLICT: 409}


class Problem(Refusal):
    """Something went wrong on our side"""

    status: ClassVar[int] = 500
    code = "internal_error"
    title_ar = "حدث خطأ في النظام"

    def __init__(
        self,
        detail: str = "",
        *,
        detail_ar: str = "",
        headers: Mapping[str, str] | None = None,
        **extensions: JsonValue,
    ) -> None:
        """Say what exactly was refused; `extensions` become members of the document."""
        super().__init__(detail, detail_ar=detail_ar, **extensions)
        self.headers = dict(headers or {})

    def document(self, request_id: str | None = None) -> dict[str, JsonValue]:
        """The members of the problem document."""
        return _document(self, request_id)

    def response(self, request_id: str | None = None) -> Response:
        """The document as an HTTP response."""
        return Response(encode(self.document(request_id)), self.status, self.headers, MEDIA_TYPE)


class InternalError(Problem):
    """Something went wrong on our side"""


class InvalidRequest(Problem):
    """The request is not valid"""

    status = 422
    code = "invalid_request"
    title_ar = "الطلب غير صحيح"


class MalformedRequest(Problem):
    """The request cannot be read"""

    status = 400
    code = "malformed_request"
    title_ar = "لا يمكن قراءة الطلب"


class MissingToken(Problem):
    """A token is needed"""

    status = 401
    code = "missing_token"
    title_ar = "يلزم رمز دخول"


class InvalidToken(Problem):
    """The token is not valid or no longer valid"""

    status = 401
    code = "invalid_token"
    title_ar = "رمز الدخول غير صحيح أو منتهي"


class Suspended(Problem):
    """The caller is suspended"""

    status = 401
    code = "caller_suspended"
    title_ar = "تم إيقاف هذا المستخدم"


class Forbidden(Problem):
    """The caller may not do this"""

    status = 403
    code = "forbidden"
    title_ar = "غير مسموح بهذا الإجراء"


class InsufficientScope(Forbidden):
    """The token does not cover this action"""

    code = "insufficient_scope"
    title_ar = "صلاحية الدخول لا تسمح بهذا الإجراء"


class CallerKindRefused(Forbidden):
    """This is not for callers of this kind"""

    code = "caller_kind_refused"
    title_ar = "هذا الإجراء غير متاح لهذا النوع من المستخدمين"


class DistrictNotKept(Forbidden):
    """This service does not know which district its objects belong to"""

    code = "district_not_kept"
    title_ar = "هذه الخدمة تعرف المحافظة فقط ولا تعرف القسم أو المركز"


class SignInTooWeak(Problem):
    """This needs a fresh sign-in with two factors"""

    status = 401
    code = "insufficient_user_authentication"
    title_ar = "يلزم تسجيل الدخول من جديد بخطوتين"

    def __init__(self, seconds: int) -> None:
        """`seconds`: how long ago the sign-in may be (RFC 9470)."""
        challenge = (
            f'Bearer error="{self.code}", error_description="{self.title()}", acr_values="urn:unicard:aal2",'
            f' max_age="{seconds}"'
        )
        super().__init__(
            f"Sign in again with two factors; it is good for {seconds} s.",
            detail_ar="سجل الدخول من جديد بخطوتين ثم أعد المحاولة.",
            headers={"WWW-Authenticate": challenge},
        )


class TrainingDisabled(Forbidden):
    """Business time may be moved in a training system only"""

    code = "training_disabled"
    title_ar = "تغيير الوقت متاح في نظام التدريب فقط"


class NotFound(Problem):
    """There is no such thing, or it is not yours"""

    status = 404
    code = "not_found"
    title_ar = "غير موجود"


class MethodNotAllowed(Problem):
    """This method is not known here"""

    status = 405
    code = "method_not_allowed"
    title_ar = "هذه العملية غير متاحة هنا"


class NotAcceptable(Problem):
    """The reply cannot be given in a form the caller reads"""

    status = 406
    code = "not_acceptable"
    title_ar = "لا يمكن إرسال الرد بالصيغة المطلوبة"


class Conflict(Problem):
    """The present state does not allow this"""

    status = 409
    code = "conflict"
    title_ar = "الحالة الحالية لا تسمح بهذا الإجراء"


class PayloadTooLarge(Problem):
    """The body is too large"""

    status = 413
    code = "payload_too_large"
    title_ar = "حجم الطلب أكبر من المسموح"


class UnsupportedMedia(Problem):
    """The body has a type that is not understood here"""

    status = 415
    code = "unsupported_media_type"
    title_ar = "نوع البيانات غير مدعوم"


class IdempotencyKeyMissing(Problem):
    """The header Idempotency-Key is needed"""

    status = 400
    code = "idempotency_key_missing"
    title_ar = "يلزم رقم مميز للعملية"


class RequestInProgress(Problem):
    """The same request is still being carried out"""

    status = 409
    code = "request_in_progress"
    title_ar = "الطلب نفسه قيد التنفيذ"


class RateLimited(Problem):
    """Too many requests"""

    status = 429
    code = "rate_limited"
    title_ar = "عدد الطلبات أكبر من المسموح"


class Unavailable(Problem):
    """Not available just now, try again"""

    status = 503
    code = "unavailable"
    title_ar = "الخدمة غير متاحة الآن، حاول مرة أخرى"

    def __init__(self, detail: str = "", *, retry_after: int = 1, **extensions: Any) -> None:
        """`retry_after`: seconds the caller should wait."""
        super().__init__(detail, headers={"Retry-After": str(retry_after)}, **extensions)


class ProblemDocument(BaseModel):
    """RFC 9457 problem document, as it stands in the OpenAPI."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    title_ar: str
    status: int
    code: str
    detail: str | None = None
    detail_ar: str | None = None
    request_id: str | None = None


# What no extension hides: RFC 9457, 3.1, and what this project says in every document besides.
MEMBERS = frozenset({*ProblemDocument.model_fields, "instance"})


def page_of(code: str) -> str:
    """Where a code is explained, relative to the API's address: the `type` of its problem documents."""
    return f"/problems/{code}"


def status_of(kind: type[Refusal]) -> int:
    """The HTTP status of a refusal."""
    return kind.status if issubclass(kind, Problem) else STATUS[kind.kind]


def headers_of(refusal: Refusal) -> dict[str, str]:
    """The HTTP headers of a refusal, beside its type."""
    if isinstance(refusal, Problem):
        return refusal.headers
    return {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}


def response_of(refusal: Refusal, request_id: str | None = None) -> Response:
    """A refusal as an HTTP response."""
    if isinstance(refusal, Problem):
        return refusal.response(request_id)
    body = encode(_document(refusal, request_id))
    return Response(body, status_of(type(refusal)), headers_of(refusal), MEDIA_TYPE)


def encode(document: Mapping[str, JsonValue]) -> bytes:
    """A problem document as JSON bytes."""
    try:
        return orjson.dumps(document)
    except TypeError:  # a lone surrogate in words of the caller's: only escaped can it be sent
        return json.dumps(document).encode()


def _document(refusal: Refusal, request_id: str | None) -> dict[str, JsonValue]:
    """The members of a refusal's problem document, which no extension replaces; empty ones are left out."""
    members: dict[str, JsonValue] = {
        "type": page_of(refusal.code),
        "title": refusal.title(),
        "title_ar": refusal.title_ar,
        "status": status_of(type(refusal)),
        "code": refusal.code,
    }
    optional = {"detail": refusal.detail, "detail_ar": refusal.detail_ar, "request_id": request_id}
    members.update({name: value for name, value in optional.items() if value})
    members.update({name: value for name, value in refusal.extensions.items() if name not in MEMBERS})
    return members


def responses(*problems: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """FastAPI `responses=` for the given refusals, grouped by status."""
    grouped: dict[int | str, dict[str, Any]] = {}
    for problem in problems:
        entry = grouped.setdefault(status_of(problem), _response(""))
        words = f"`{problem.code}`: {problem.title()}"
        entry["description"] = f"{entry['description']}; {words}" if entry["description"] else words
    return grouped


def _response(description: str) -> dict[str, object]:
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}


COMMON: tuple[type[Problem], ...] = (
    MalformedRequest,
    MissingToken,
    InvalidToken,
    Forbidden,
    NotFound,
    Conflict,
    PayloadTooLarge,
    UnsupportedMedia,
    InvalidRequest,
    RateLimited,
    InternalError,
    Unavailable,
)
