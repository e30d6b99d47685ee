"""What health-service refuses beside the rules of a visit."""

from __future__ import annotations

from chassis.problems import Conflict, Forbidden, InvalidRequest, NotFound


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


class BelowMinimum(InvalidRequest):
    """The insured wage lies below the least one, or comes to no contribution"""

    code = "below_minimum"
    title_ar = "أجر الاشتراك أقل من الحد الأدنى"


class AboveMaximum(InvalidRequest):
    """The insured wage lies above the highest one"""

    code = "above_maximum"
    title_ar = "أجر الاشتراك أعلى من الحد الأقصى"


class MonthNotPayable(InvalidRequest):
    """A month before cover, or too far ahead, cannot be paid for"""

    code = "month_not_payable"
    title_ar = "لا يمكن سداد شهر قبل بدء التغطية أو بعيد في المستقبل"


class InsuredUnknown(InvalidRequest):
    """The insured person is not of this household"""

    code = "insured_unknown"
    title_ar = "المؤمن عليه ليس من هذه الأسرة"


class SpouseInsured(Conflict):
    """A spouse who pays on an own wage is not counted among those without work"""

    code = "spouse_insured"
    title_ar = "الزوج أو الزوجة مشترك بأجر خاص، فلا يحسب ضمن غير العاملين"


class ContributionUnknown(NotFound):
    """There is no such contribution"""

    code = "contribution_unknown"
    title_ar = "الاشتراك غير معروف"


class EntryReversed(Conflict):
    """This was taken back already"""

    code = "entry_reversed"
    title_ar = "سبق إلغاء هذا القيد"


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
    """The co-payment is not one that failed or is owed"""

    code = "nothing_to_collect"
    title_ar = "لا توجد مساهمة مستحقة أو متعثرة لهذه الزيارة"


class ReversalTooLate(Conflict):
    """A provider takes a visit back soon after it was entered; later the authority does, by two persons"""

    code = "visit_reversal_too_late"
    title_ar = "مضت مدة إلغاء الزيارة لدى مقدم الخدمة، ويلزم طلب من الهيئة"


class NothingToReview(Conflict):
    """The visit is not one that waits to be looked at"""

    code = "nothing_to_review"
    title_ar = "لا توجد مراجعة مطلوبة لهذه الزيارة"


class PatientNeeded(InvalidRequest):
    """Say who the patient was"""

    code = "patient_needed"
    title_ar = "يلزم تحديد المريض"


class OwnVisit(Forbidden):
    """Another person than who entered a visit looks at it"""

    code = "own_visit"
    title_ar = "يراجع الزيارة شخص غير من سجلها"
