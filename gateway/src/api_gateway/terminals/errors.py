"""Refusals of enrolment."""

from __future__ import annotations

from chassis.problems import Conflict, Forbidden, InvalidRequest
from chassis.shared_refusals import TerminalNotActive as TerminalNotActive
from chassis.shared_refusals import TerminalUnknown as TerminalUnknown


class EnrolmentRefused(Forbidden):
    """The code is wrong, expired or used up"""

    code = "enrolment_refused"
    title_ar = "رمز التفعيل غير صحيح أو منتهي أو مستخدم"


class KeyTaken(Conflict):
    """Another terminal has this key"""

    code = "key_taken"
    title_ar = "هذا المفتاح مسجل لماكينة أخرى"


class KeyLive(Conflict):
    """The terminal has a key that is in use"""

    code = "key_live"
    title_ar = "للماكينة مفتاح يعمل بالفعل"


class KeyInvalid(InvalidRequest):
    """The public key or its proof is not valid"""

    code = "key_invalid"
    title_ar = "مفتاح الماكينة غير صحيح"
