"""Refusals of client management."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, NotFound


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
