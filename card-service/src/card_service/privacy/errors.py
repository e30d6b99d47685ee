"""What is refused about citizens' rights."""

from __future__ import annotations

from chassis.refusals import Kind, Refusal


class RestrictionUnknown(Refusal):
    """There is no such restriction in force"""

    code = "restriction_not_found"
    title_ar = "لا يوجد تقييد سارٍ بهذا الرقم"
    kind = Kind.UNKNOWN


class RestrictionPast(Refusal):
    """A restriction ends after today and after it begins"""

    code = "restriction_past"
    title_ar = "يجب أن ينتهي التقييد بعد اليوم وبعد بدايته"
    kind = Kind.INVALID


class ErasureBarred(Refusal):
    """The data are held for a claim or by order; they are not erased meanwhile"""

    code = "erasure_barred"
    title_ar = "البيانات محفوظة لنزاع أو بأمر ولا تُمحى خلال ذلك"
    kind = Kind.CONFLICT
