"""Why a session is not shown or ended."""

from __future__ import annotations

from chassis.refusals import Kind, Refusal


class SessionUnknown(Refusal):
    """There is no such session that goes on"""

    code = "session_not_found"
    title_ar = "لا توجد جلسة دخول بهذا الرقم"
    kind = Kind.UNKNOWN
