"""What notices refuse."""

from __future__ import annotations

from chassis.refusals import Kind, Refusal


class NoticeRefused(Refusal):
    """The notice carries what no receipt may, or does not fit on it"""

    code = "receipt_notice_refused"
    title_ar = "نص التنويه يتضمن ما لا يجوز طباعته أو لا يتسع له الإيصال"
    kind = Kind.INVALID


class NoticeTimes(Refusal):
    """A notice begins today or later, ends after it begins, and lasts a year at most"""

    code = "receipt_notice_times"
    title_ar = "مدة التنويه غير صحيحة"
    kind = Kind.INVALID


class NoticesTooMany(Refusal):
    """Receipts there and then have as many notices as they may"""

    code = "receipt_notices_too_many"
    title_ar = "بلغ عدد التنويهات على الإيصال حده في هذا المكان والمدة"


class NoticeUnknown(Refusal):
    """No such notice is known"""

    code = "receipt_notice_unknown"
    title_ar = "التنويه غير معروف"
    kind = Kind.UNKNOWN


class NoticeOver(Refusal):
    """The notice is over"""

    code = "receipt_notice_over"
    title_ar = "انتهت مدة التنويه"
