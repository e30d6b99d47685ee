"""What mandates refuse."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, NotFound


class MandateUnknown(NotFound):
    """There is no such mandate, or it is not yours"""

    code = "mandate_not_found"
    title_ar = "التوكيل غير موجود"


class ProxyInvalid(InvalidRequest):
    """This card's holder cannot be the proxy"""

    code = "proxy_invalid"
    title_ar = "لا يصلح صاحب هذا الكارت وكيلاً"


class MandateTooLong(InvalidRequest):
    """A mandate has to end, and not so late"""

    code = "mandate_too_long"
    title_ar = "مدة التوكيل أطول من المسموح"


class ProxyHasMany(Conflict):
    """The proxy proves for as many others as may be"""

    code = "proxy_has_many"
    title_ar = "الوكيل موكل عن الحد الأقصى من الأشخاص"


class MandateOver(Conflict):
    """The mandate has ended"""

    code = "mandate_over"
    title_ar = "انتهى التوكيل"


class NotAProxy(Conflict):
    """This card's holder is no proxy of the other one's at present"""

    code = "not_a_proxy"
    title_ar = "لا يوجد توكيل سارٍ لصاحب هذا الكارت"
