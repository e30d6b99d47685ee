"""Refusals of client management."""

from __future__ import annotations

from chassis.problems import Conflict, Forbidden, InvalidRequest, NotFound


class ClientUnknown(NotFound):
    """There is no such client"""

    code = "client_unknown"
    title_ar = "لا يوجد نظام بهذا الاسم"


class ClientExists(Conflict):
    """A client of this id exists already"""

    code = "client_exists"
    title_ar = "يوجد نظام مسجل بهذا الاسم"


class OwnClient(Conflict):
    """A client cannot suspend itself or change what it may do"""

    code = "own_client"
    title_ar = "لا يمكن للنظام إيقاف نفسه أو تعديل صلاحياته"


class ScopeUnknown(InvalidRequest):
    """There is no such scope"""

    code = "scope_unknown"
    title_ar = "صلاحية غير معروفة"


class ScopeNotGrantable(Forbidden):
    """Clients of this owner may not be given these scopes"""

    code = "scope_not_grantable"
    title_ar = "لا يجوز منح هذه الصلاحيات لأنظمة هذه الجهة"


class TermTooLong(InvalidRequest):
    """A client is registered for a limited time"""

    code = "term_too_long"
    title_ar = "مدة تسجيل النظام أطول من المسموح أو انتهت"
