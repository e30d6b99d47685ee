"""Refusals of citizens' sign-in."""

from __future__ import annotations

from chassis.problems import Problem


class CodeRefused(Problem):
    """The code is wrong, used or too old"""

    status = 401
    code = "sign_in_code_refused"
    title_ar = "الرمز غير صحيح أو انتهت مدته"
