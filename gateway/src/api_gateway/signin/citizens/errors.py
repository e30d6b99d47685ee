"""Refusals of citizens' sign-in."""

from __future__ import annotations

from chassis.problems import Problem
from chassis.refusals import Kind, Refusal


class CodeRefused(Problem):
    """The code is wrong, used or too old"""

    status = 401
    code = "sign_in_code_refused"
    title_ar = "الرمز غير صحيح أو انتهت مدته"


class SessionUnknown(Refusal):
    """There is no such session of yours"""

    code = "session_not_found"
    title_ar = "لا توجد جلسة دخول بهذا الرقم"
    kind = Kind.UNKNOWN
