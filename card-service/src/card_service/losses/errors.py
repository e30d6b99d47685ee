"""What is refused around lost cards."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, RateLimited


class CardNotLost(Conflict):
    """The card is not blocked as lost"""

    code = "card_not_lost"
    title_ar = "الكارت غير موقوف بسبب الفقد"


class CardWasNotActive(Conflict):
    """The card was not active when it was lost"""

    code = "card_was_not_active"
    title_ar = "لم يكن الكارت مفعلاً عند فقده"


class BreadCodesTooOften(RateLimited):
    """As many bread codes were made for this card today as may be"""

    code = "bread_codes_too_often"
    title_ar = "تم إصدار الحد الأقصى من رموز الخبز لهذا الكارت اليوم"


class FoundCodeRefused(InvalidRequest):
    """The code is wrong, used or too old"""

    code = "found_code_refused"
    keeps = True
    title_ar = "رمز إعادة تشغيل الكارت غير صحيح أو انتهت مدته"
