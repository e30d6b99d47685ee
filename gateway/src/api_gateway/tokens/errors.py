"""Refusals of the token endpoint, with the fields of RFC 6749 §5.2 beside our own, and of key rotation."""

from __future__ import annotations

from typing import ClassVar

from pydantic import JsonValue
from starlette.responses import Response

from chassis.problems import Conflict, Problem, encode


class OAuthRefusal(Problem):
    """The token request is refused"""

    status = 400
    code = "token_refused"
    title_ar = "تم رفض طلب رمز الدخول"
    error: ClassVar[str] = "invalid_request"

    def document(self, request_id: str | None = None) -> dict[str, JsonValue]:
        """The problem's members, and what an OAuth library looks for."""
        oauth = {"error": self.error, "error_description": self.detail or self.title()}
        return {**oauth, **super().document(request_id)}

    def response(self, request_id: str | None = None) -> Response:
        """Plain JSON, as RFC 6749 wants it, and never kept by a cache."""
        headers = {"Cache-Control": "no-store", **self.headers}
        return Response(encode(self.document(request_id)), self.status, headers, "application/json")


class TokenRequestInvalid(OAuthRefusal):
    """The token request is not complete or says two things at once"""

    code = "token_request_invalid"
    title_ar = "طلب رمز الدخول غير مكتمل"


class GrantUnsupported(OAuthRefusal):
    """This way to a token is not known here"""

    code = "unsupported_grant_type"
    title_ar = "نوع طلب الدخول غير مدعوم"
    error = "unsupported_grant_type"


class GrantRefused(OAuthRefusal):
    """The code or refresh token is not good, or not good any more"""

    code = "invalid_grant"
    title_ar = "رمز الدخول غير صالح أو انتهت مدته، سجل الدخول من جديد"
    error = "invalid_grant"


class GrantNotForClient(OAuthRefusal):
    """This way to a token is not for this client"""

    code = "unauthorized_client"
    title_ar = "هذا النظام غير مسموح له بهذا النوع من الدخول"
    error = "unauthorized_client"


class ScopeRefused(OAuthRefusal):
    """The client was not given these scopes"""

    code = "invalid_scope"
    title_ar = "الصلاحيات المطلوبة غير ممنوحة لهذا النظام"
    error = "invalid_scope"


class ClientRefused(OAuthRefusal):
    """The client could not prove who it is"""

    status = 401
    code = "invalid_client"
    title_ar = "تعذر التحقق من هوية النظام"
    error = "invalid_client"

    def __init__(self, detail: str = "", *, detail_ar: str = "") -> None:
        """The challenge names how a client may prove itself."""
        super().__init__(detail, detail_ar=detail_ar, headers={"WWW-Authenticate": 'Basic realm="unicard"'})


class AssertionReplayed(ClientRefused):
    """The assertion was used before"""

    code = "assertion_replayed"
    title_ar = "تم استخدام هذا الإثبات من قبل"


class ClientSuspended(ClientRefused):
    """The client or terminal is suspended"""

    code = "client_suspended"
    title_ar = "تم إيقاف هذا النظام أو هذه الماكينة"


class ClientExpired(ClientRefused):
    """The time this client was registered for, or that of its secret, is over"""

    code = "client_expired"
    title_ar = "انتهت مدة تسجيل هذا النظام أو مدة كلمة سره"


class RotationPending(Conflict):
    """A signing key waits to take over"""

    code = "rotation_pending"
    title_ar = "يوجد مفتاح توقيع جديد لم يبدأ العمل به بعد"
