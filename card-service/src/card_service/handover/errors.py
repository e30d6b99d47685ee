"""What a hand-over refuses."""

from __future__ import annotations

from datetime import date

from chassis.problems import Conflict, Forbidden


class OtherSite(Conflict):
    """The card lies at another pick-up site"""

    code = "other_site"
    title_ar = "الكارت موجود في مكان استلام آخر"


class CardOnItsWay(Conflict):
    """The card is to be collected here, and has not come yet"""

    code = "card_on_its_way"
    title_ar = "الكارت في الطريق إلى هذا المكان ولم يصل بعد"

    @classmethod
    def expected(cls, day: date | None) -> CardOnItsWay:
        """Say by when it is to be there, where that is known."""
        if day is None:
            return cls("An SMS says when it is here.", detail_ar="ستصل رسالة عند وصوله.", expected_on=None)
        return cls(f"Expected by {day}.", detail_ar=f"متوقع وصوله يوم {day}.", expected_on=day.isoformat())


class CardNotCollected(Conflict):
    """The card has been given to nobody"""

    code = "card_not_collected"
    title_ar = "لم يتم تسليم الكارت"


class NationalIdMismatch(Conflict):
    """The national id is not that of the card's holder"""

    code = "national_id_mismatch"
    title_ar = "الرقم القومي لا يخص صاحب الكارت"


class ProxyUnknown(Conflict):
    """Nobody who lives is registered under the proxy's national id"""

    code = "proxy_not_registered"
    title_ar = "لا يوجد مواطن مسجل بالرقم القومي للوكيل"


class ProxyCollectedMany(Conflict):
    """The proxy has collected as many cards as one may for others"""

    code = "proxy_collected_many"
    title_ar = "استلم الوكيل الحد الأقصى من كروت الآخرين"


class OtherHouseCall(Conflict):
    """No such house call is planned for this card today"""

    code = "house_call_not_today"
    title_ar = "لا توجد زيارة منزلية محددة اليوم لهذا الكارت"


class NoSite(Forbidden):
    """The caller is no pick-up counter"""

    code = "no_site_in_token"
    title_ar = "هذا المستخدم غير مرتبط بمكان استلام"
