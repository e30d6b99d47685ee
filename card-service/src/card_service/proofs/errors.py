"""What is refused around holder's proofs."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, RateLimited


class HolderNotReached(Conflict):
    """The holder has no registered mobile that a code can go to"""

    code = "holder_not_reached"
    title_ar = "لا يوجد رقم محمول مسجل صالح لصاحب الكارت"


class HolderNumberTooNew(Conflict):
    """The holder's mobile is too new to prove anything"""

    code = "holder_number_too_new"
    title_ar = "رقم المحمول المسجل حديث ولا يصلح للإثبات بعد"


class HolderCodesTooOften(RateLimited):
    """As many codes were sent for this card as may be for now"""

    code = "holder_codes_too_often"
    title_ar = "تم إرسال الحد الأقصى من الرموز لهذا الكارت الآن"


class NoHeadsCard(Conflict):
    """The head of the household has no card that can prove this"""

    code = "no_heads_card"
    title_ar = "لا يوجد كارت صالح لرب الأسرة"


class ChipProofOff(Conflict):
    """Chips prove nothing in this installation"""

    code = "chip_proof_off"
    title_ar = "إثبات الحضور بالشريحة غير متاح"


class ChipUnknown(Conflict):
    """The card has no chip with a known key"""

    code = "chip_unknown"
    title_ar = "لا توجد شريحة مسجلة لهذا الكارت"


class PinProofNeeded(Conflict):
    """A PIN is set with the holder's code, or after another person has decided that it may"""

    code = "pin_proof_needed"
    title_ar = "تعيين الرقم السري يتطلب رمزاً من صاحب الكارت أو موافقة موظف آخر"


class PinCodeRefused(InvalidRequest):
    """The code is wrong, used or too old"""

    code = "pin_code_refused"
    keeps = True
    title_ar = "رمز تعيين الرقم السري غير صحيح أو انتهت مدته"


class HolderHasMobile(Conflict):
    """The holder has a registered mobile, to which a code goes"""

    code = "holder_has_mobile"
    title_ar = "لصاحب الكارت رقم محمول مسجل يرسل إليه الرمز"
