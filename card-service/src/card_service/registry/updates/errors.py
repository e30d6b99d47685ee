"""Why a row of another registry's file comes to no request, beside what a request itself is refused for."""

from __future__ import annotations

from chassis.refusals import Kind, Refusal


class NotRegistered(Refusal):
    """Nobody of the caller's area is registered under this national id"""

    code = "not_registered"
    title_ar = "لا يوجد مواطن مسجل بهذا الرقم القومي"
    kind = Kind.UNKNOWN


class SeveralRegistered(Refusal):
    """Several citizens have or had this national id: enter the request for the right one"""

    code = "several_registered"
    title_ar = "الرقم القومي مسجل لأكثر من مواطن: قدّم الطلب باسم صاحبه"


class BelongsToNoHousehold(Refusal):
    """The citizen belongs to no household"""

    code = "belongs_to_no_household"
    title_ar = "المواطن غير مسجل في أي أسرة"
