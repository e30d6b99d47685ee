"""Why a delivery of flour is not entered or found, or a balance not drawn."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, NotFound


class DeliveryUnknown(NotFound):
    """There is no such delivery, or it is not yours"""

    code = "flour_delivery_unknown"
    title_ar = "توريد الدقيق غير معروف"


class DeliveryEntered(Conflict):
    """A delivery with this reference was entered for the bakery already"""

    code = "flour_delivery_entered"
    title_ar = "سبق تسجيل هذا التوريد للمخبز"


class DeliveryAhead(InvalidRequest):
    """The day of the delivery has not come yet"""

    code = "flour_delivery_ahead"
    title_ar = "لم يأت تاريخ التوريد بعد"


class NotABakery(Conflict):
    """Sacks are delivered to bakeries only"""

    code = "not_a_bakery"
    title_ar = "توريد الدقيق للمخابز فقط"


class PeriodInvalid(InvalidRequest):
    """A balance is of a day to 92 days, the first of them not after the last"""

    code = "flour_period_invalid"
    title_ar = "فترة الحساب من يوم إلى 92 يوماً وبدايتها قبل نهايتها"


class FindingUnknown(NotFound):
    """There is no such finding, or it is not yours"""

    code = "flour_finding_unknown"
    title_ar = "ملاحظة الدقيق غير معروفة"
