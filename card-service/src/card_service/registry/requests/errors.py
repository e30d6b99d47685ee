"""What requests for changes of the register are refused for."""

from __future__ import annotations

from chassis.problems import Problem
from chassis.refusals import Kind, Refusal


class RequestUnknown(Refusal):
    """There is no such change request, or it is not yours"""

    code = "change_request_not_found"
    title_ar = "طلب التعديل غير موجود"
    kind = Kind.UNKNOWN


class TrialHousehold(Refusal):
    """A household of a trial is not changed by requests: it ends with its trial, and nobody real joins it"""

    code = "trial_household"
    title_ar = "أسرة تجريبية لا تعدل بطلب"


class RequestOpen(Refusal):
    """The same is asked for by a request that is not decided yet"""

    code = "change_request_open"
    title_ar = "يوجد طلب آخر بنفس الموضوع لم يُبت فيه بعد"


class RequestState(Refusal):
    """The change request is not in a state that allows this"""

    code = "change_request_state"
    title_ar = "حالة الطلب لا تسمح بهذا الإجراء"


class EvidenceNeeded(Refusal):
    """A document is needed before this can be approved"""

    code = "evidence_needed"
    title_ar = "يلزم إرفاق مستند قبل الموافقة"


class EvidenceUnknown(Refusal):
    """There is no such document, or it is not yours"""

    code = "evidence_not_found"
    title_ar = "المستند غير موجود"
    kind = Kind.UNKNOWN


class EvidenceKind(Problem):
    """A document is a PDF, JPEG or PNG file, by its content"""

    status = 415
    code = "evidence_not_recognised"
    title_ar = "المستند يجب أن يكون ملف PDF أو JPEG أو PNG"


class EvidenceTooLarge(Problem):
    """The document is too large"""

    status = 413
    code = "evidence_too_large"
    title_ar = "حجم المستند أكبر من المسموح"


class EvidenceTooMany(Refusal):
    """The request has as many documents as it may have"""

    code = "evidence_too_many"
    title_ar = "بلغ الطلب الحد الأقصى لعدد المستندات"


class EvidenceElsewhere(Refusal):
    """The document lies in an outside archive; its reference is all that is kept here"""

    code = "evidence_elsewhere"
    title_ar = "المستند محفوظ في أرشيف خارجي"


class TooYoung(Refusal):
    """The child is too young to be added to the card"""

    code = "too_young"
    title_ar = "سن الطفل أقل من السن المقررة للإضافة"


class FamilyNotEligible(Refusal):
    """Only families on certain legal bases add children to the card"""

    code = "family_not_eligible"
    title_ar = "الأسرة ليست من الفئات المسموح لها بإضافة المواليد"


class TooManyMembers(Refusal):
    """The household would have more members than may be added to"""

    code = "too_many_members"
    title_ar = "عدد أفراد البطاقة يتجاوز الحد المسموح به بعد الإضافة"


class GroundNotMet(Refusal):
    """What is said does not come to the ground for which members are to be kept out"""

    code = "ground_not_met"
    title_ar = "الوقائع المذكورة لا تكفي سبباً للاستبعاد"


class ChangeRefused(Refusal):
    """A value of the request is not acceptable"""

    code = "change_value_refused"
    title_ar = "إحدى قيم الطلب غير مقبولة"
    kind = Kind.INVALID


class NotAppealable(Refusal):
    """Nothing was decided here that can be appealed against"""

    code = "not_appealable"
    title_ar = "لا يوجد قرار يمكن التظلم منه"


class AppealTooLate(Refusal):
    """The term for an appeal has passed"""

    code = "appeal_too_late"
    title_ar = "انتهت مدة التظلم"


class SameDecider(Refusal):
    """Whoever decided first does not decide the appeal"""

    code = "appeal_same_decider"
    title_ar = "لا يبت في التظلم من أصدر القرار الأول"
    kind = Kind.FORBIDDEN


class CodesRefused(Refusal):
    """A code is wrong, used or too old"""

    code = "mobile_code_refused"
    keeps = True
    title_ar = "الرمز غير صحيح أو انتهت مدته"
    kind = Kind.INVALID


class NoOldNumber(Refusal):
    """There is no usable number before, so that the holder must come to a counter"""

    code = "no_old_number"
    title_ar = "لا يوجد رقم محمول سابق يصلح لإرسال الرمز؛ يلزم حضور صاحب الشأن"


class NumberTooNew(Refusal):
    """The number is too new to prove anything; the holder must come to a counter"""

    code = "number_too_new"
    title_ar = "الرقم الحالي حديث التسجيل ولا يصلح للإثبات؛ يلزم حضور صاحب الشأن"


class CodesTooOften(Refusal):
    """As many codes were sent as may be"""

    code = "mobile_codes_too_often"
    title_ar = "تم إرسال الحد الأقصى من الرموز"


class ObjectionTooLate(Refusal):
    """The term for an objection has passed"""

    code = "objection_too_late"
    title_ar = "انتهت مدة الاعتراض"


class DrawnNotKnown(Refusal):
    """It is not known yet what was drawn; a claim is not pursued before"""

    code = "drawn_not_known"
    title_ar = "الكميات المصروفة لم تُحدد بعد؛ لا يمكن متابعة المطالبة قبل تحديدها"


class NothingDrawn(Refusal):
    """Nothing was drawn beyond what the others had; there is nothing to pursue"""

    code = "nothing_drawn"
    title_ar = "لم يُصرف ما يزيد على استحقاق باقي أفراد الأسرة؛ لا محل للمطالبة"


class ClaimDecided(Refusal):
    """The claim is decided already, or there is none"""

    code = "claim_not_open"
    title_ar = "لا توجد مطالبة مفتوحة"
