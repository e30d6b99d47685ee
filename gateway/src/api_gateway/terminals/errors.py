"""Refusals of enrolment."""

from __future__ import annotations

from chassis.problems import Conflict, Forbidden, InvalidRequest, NotFound


class TerminalUnknown(NotFound):
    """The terminal is not registered"""

    code = "terminal_unknown"
    title_ar = "الماكينة غير مسجلة"


class TerminalSuspended(Conflict):
    """The terminal is suspended"""

    code = "terminal_suspended"
    title_ar = "الماكينة موقوفة"


class EnrolmentRefused(Forbidden):
    """The code is wrong, expired or used up"""

    code = "enrolment_refused"
    title_ar = "رمز التفعيل غير صحيح أو منتهي أو مستخدم"


class KeyTaken(Conflict):
    """Another terminal has this key"""

    code = "key_taken"
    title_ar = "هذا المفتاح مسجل لماكينة أخرى"


class KeyInvalid(InvalidRequest):
    """The public key or its proof is not valid"""

    code = "key_invalid"
    title_ar = "مفتاح الماكينة غير صحيح"
