"""What health-service refuses beside the rules of a visit."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, NotFound


class HouseholdNotEnrolled(NotFound):
    """The household is not enrolled in health insurance"""

    code = "household_not_enrolled"
    title_ar = "الأسرة غير مشتركة في التأمين الصحي"


class HouseholdUnknown(NotFound):
    """No such household is known"""

    code = "household_unknown"
    title_ar = "الأسرة غير معروفة"


class ContributionDiffers(Conflict):
    """The amount is not what the policies make of the family and its wage"""

    code = "contribution_differs"
    title_ar = "المبلغ لا يطابق الاشتراك المستحق"


class MonthAlreadyPaid(Conflict):
    """A month of this contribution is paid already"""

    code = "month_already_paid"
    title_ar = "سبق سداد أحد هذه الشهور"


class ContributionReferenceUsed(Conflict):
    """The contribution's reference was used before"""

    code = "contribution_reference_used"
    title_ar = "مرجع الاشتراك مستخدم من قبل"


class CategoryUnknown(InvalidRequest):
    """There is no such category of contributions"""

    code = "category_unknown"
    title_ar = "فئة الاشتراك غير معروفة"


class ExemptionTooLong(InvalidRequest):
    """An exemption for being unable to pay must be reviewed sooner"""

    code = "exemption_too_long"
    title_ar = "يجب مراجعة الإعفاء قبل هذا التاريخ"


class ExemptionOfNoOne(InvalidRequest):
    """A medical exemption names a person, one for being unable names none"""

    code = "exemption_of_no_one"
    title_ar = "الإعفاء المرضي لشخص محدد، وإعفاء غير القادرين للأسرة كلها"


class EncounterUnknown(NotFound):
    """No such encounter is known, or it is another provider's"""

    code = "encounter_unknown"
    title_ar = "الزيارة غير معروفة"


class NothingToCollect(Conflict):
    """The co-payment is not one that failed"""

    code = "nothing_to_collect"
    title_ar = "لا توجد مساهمة متعثرة لهذه الزيارة"
