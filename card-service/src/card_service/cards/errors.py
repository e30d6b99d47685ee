"""What cards refuse."""

from __future__ import annotations

from collections.abc import Sequence

from card_service.cards.lifecycle import Action, CardState
from chassis.problems import Conflict, InvalidRequest, NotFound, RateLimited

STATES_AR = {
    CardState.REQUESTED: "مطلوب إصداره",
    CardState.APPROVED: "تمت الموافقة على إصداره",
    CardState.IN_PRODUCTION: "تحت الإصدار",
    CardState.PRODUCED: "تم إصداره ولم يصل إلى مكان الاستلام",
    CardState.IN_STOCK: "جاهز للاستلام",
    CardState.ISSUED: "تم تسليمه ولم يتم تفعيله",
    CardState.ACTIVE: "مفعّل",
    CardState.BLOCKED: "موقوف",
    CardState.REPLACED: "تم استبداله بكارت آخر",
    CardState.CLOSED: "ملغي",
    CardState.EXPIRED: "انتهت صلاحيته",
}


class CardUnknown(NotFound):
    """There is no such card, or it is not yours"""

    code = "card_not_found"
    title_ar = "الكارت غير موجود"


class SiteUnknown(NotFound):
    """There is no such pick-up site, or it is not yours"""

    code = "site_not_found"
    title_ar = "مكان الاستلام غير موجود"


class SiteEnded(Conflict):
    """The pick-up site hands no cards over any more"""

    code = "site_ended"
    title_ar = "مكان الاستلام انتهى عمله"


class SiteClosed(Conflict):
    """The pick-up site is shut at present"""

    code = "site_closed"
    title_ar = "مكان الاستلام مغلق حالياً"


class CardStateConflict(Conflict):
    """The state of the card does not allow this"""

    code = "card_state_conflict"
    title_ar = "حالة الكارت لا تسمح بهذا الإجراء"

    @classmethod
    def of(cls, state: CardState, action: Action, instead: Sequence[Action]) -> CardStateConflict:
        """Say the state and what the caller might call instead."""
        return cls(
            f"The card is {state}; {action} is not possible.",
            detail_ar=f"حالة الكارت: {STATES_AR[state]}.",
            state=str(state),
            allowed_actions=[str(one) for one in instead],
        )


class LastService(Conflict):
    """An active card is good for something: who refuses its only service blocks it"""

    code = "last_service"
    title_ar = "لا يمكن إيقاف آخر خدمة على كارت مفعل، ويمكن إيقاف الكارت نفسه"


class ReplacementWaiting(Conflict):
    """A replacement of this card waits to be collected"""

    code = "replacement_waiting"
    title_ar = "يوجد كارت بديل في انتظار الاستلام"


class PinUnreadable(InvalidRequest):
    """The encrypted PIN cannot be opened, or was meant for something else"""

    code = "pin_unreadable"
    title_ar = "لا يمكن قراءة الرقم السري المشفر"


class PinEnvelopeStale(InvalidRequest):
    """The encrypted PIN was made too long ago, or by a wrong clock"""

    code = "pin_envelope_stale"
    title_ar = "انتهت صلاحية الرقم السري المشفر"


class PinEnvelopeUsed(Conflict):
    """The encrypted PIN was sent before"""

    code = "pin_envelope_used"
    title_ar = "سبق استخدام الرقم السري المشفر"


class PinChecksExceeded(RateLimited):
    """Too many wrong PINs have been tried here"""

    code = "pin_checks_exceeded"
    title_ar = "عدد محاولات الأرقام السرية الخاطئة من هذه الماكينة أكبر من المسموح"


class PinMalformed(InvalidRequest):
    """A PIN has four digits"""

    code = "pin_malformed"
    title_ar = "الرقم السري يتكون من أربعة أرقام"


class PinWeak(InvalidRequest):
    """The PIN is too easy to guess"""

    code = "pin_weak"
    title_ar = "الرقم السري سهل التخمين"
