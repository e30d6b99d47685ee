"""Why a visit is not entered, as problems a clinic's terminal can switch on."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, NotFound
from chassis.shared_refusals import CardBlocked as CardBlocked
from chassis.shared_refusals import CardClosed as CardClosed
from chassis.shared_refusals import CardNotActive as CardNotActive
from chassis.shared_refusals import CardUnknown as CardUnknown
from chassis.shared_refusals import TrialApart as TrialApart


class PatientUnknown(NotFound):
    """The patient is not of this card's household"""

    code = "patient_unknown"
    title_ar = "المريض ليس من أسرة صاحب الكارت"


class PatientNotInsured(Conflict):
    """The patient does not count for health insurance on that day"""

    code = "patient_not_insured"
    title_ar = "المريض غير مقيد بالتأمين الصحي في هذا اليوم"


class HealthNotEnabled(Conflict):
    """Health insurance is not enabled on this card"""

    code = "health_not_enabled"
    title_ar = "خدمة التأمين الصحي غير مفعلة على هذا الكارت"


class CoverNotBegun(Conflict):
    """Health insurance has not begun for this family"""

    code = "cover_not_begun"
    title_ar = "لم يبدأ التأمين الصحي لهذه الأسرة بعد"


class CoverSuspended(Conflict):
    """Cover is suspended for unpaid contributions, only emergencies are treated"""

    code = "cover_suspended"
    title_ar = "التأمين موقوف لوجود متأخرات، وتقبل حالات الطوارئ فقط"


class CoverEnded(Conflict):
    """The family is no longer covered"""

    code = "cover_ended"
    title_ar = "انتهت تغطية الأسرة بالتأمين الصحي"


class ServiceUnknown(Conflict):
    """Health insurance knows no such service"""

    code = "service_unknown"
    title_ar = "الخدمة الصحية غير معروفة"


class ServiceNotOffered(Conflict):
    """This kind of provider does not offer the service"""

    code = "service_not_offered"
    title_ar = "الخدمة غير متاحة لدى مقدم الخدمة"


class ReferralNeeded(Conflict):
    """A referral is needed, except in an emergency"""

    code = "referral_needed"
    title_ar = "يلزم تحويل من طبيب الأسرة إلا في حالات الطوارئ"


class ReferralInvalid(Conflict):
    """The referral is not for this patient and service, or has run out"""

    code = "referral_invalid"
    title_ar = "التحويل لا يخص هذا المريض أو الخدمة أو انتهت مدته"


class MayNotRefer(Conflict):
    """This kind of provider does not refer patients"""

    code = "may_not_refer"
    title_ar = "لا يحق لمقدم الخدمة تحويل المرضى"


class VisitInTheFuture(InvalidRequest):
    """The visit lies in the future"""

    code = "visit_in_the_future"
    title_ar = "وقت الزيارة في المستقبل"


class VisitTooLate(Conflict):
    """The visit is too long ago to be entered"""

    code = "visit_too_late"
    title_ar = "مضت مدة تسجيل هذه الزيارة"


class PriceAboveCeiling(InvalidRequest):
    """The price lies above the ceiling of this service"""

    code = "price_above_ceiling"
    title_ar = "السعر أعلى من الحد الأقصى لهذه الخدمة"


class QuantityAboveBound(InvalidRequest):
    """The quantity lies above the bound of this service"""

    code = "quantity_above_bound"
    title_ar = "الكمية أعلى من الحد الأقصى لهذه الخدمة"


class CaseAboveCeiling(Conflict):
    """The visit, with what its case has already, lies above the ceiling of this service"""

    code = "case_above_ceiling"
    title_ar = "إجمالي الحالة أعلى من الحد الأقصى لهذه الخدمة"
