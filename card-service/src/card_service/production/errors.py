"""What production refuses."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, NotFound


class BureauUnknown(NotFound):
    """There is no such bureau, or it is not yours"""

    code = "bureau_not_found"
    title_ar = "جهة الطباعة غير موجودة"


class BureauKeyInvalid(InvalidRequest):
    """These are no public keys of a bureau: X25519 to encrypt for, Ed25519 to check by"""

    code = "bureau_key_invalid"
    title_ar = "مفاتيح جهة الطباعة غير صحيحة"


class BureauKeyOver(Conflict):
    """The keys of the bureau do not hold today"""

    code = "bureau_key_not_in_force"
    title_ar = "مفاتيح جهة الطباعة غير سارية اليوم"


class OrderUnknown(NotFound):
    """There is no such order of cards, or it is not yours"""

    code = "card_order_not_found"
    title_ar = "طلب إصدار الكروت غير موجود"


class OrderUnderWay(Conflict):
    """The order still gathers the people whose cards it is for"""

    code = "card_order_under_way"
    title_ar = "طلب إصدار الكروت قيد التنفيذ"


class NotMadeByBureau(Conflict):
    """The cards of this phase are made where they are collected"""

    code = "phase_made_on_site"
    title_ar = "كروت هذه المرحلة تطبع في مكان الاستلام"


class NothingToMake(Conflict):
    """No card waits to be made"""

    code = "no_cards_to_make"
    title_ar = "لا توجد كروت في انتظار الإصدار"


class BatchUnknown(NotFound):
    """There is no such batch, or it is not yours"""

    code = "production_batch_not_found"
    title_ar = "دفعة الإصدار غير موجودة"


class ReturnUnreadable(InvalidRequest):
    """This is no return that the bureau has signed"""

    code = "return_unreadable"
    title_ar = "ملف جهة الطباعة غير صحيح أو غير موقع منها"


class ReturnOfAnother(Conflict):
    """The return is of another batch"""

    code = "return_of_another_batch"
    title_ar = "ملف جهة الطباعة يخص دفعة أخرى"
