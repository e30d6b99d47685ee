"""What payment-service refuses beside the ledger's own rules."""

from __future__ import annotations

from chassis.problems import Conflict, Forbidden, InvalidRequest, NotFound, Unavailable
from chassis.shared_refusals import TrialApart as TrialApart


class WalletUnknown(NotFound):
    """There is no wallet for this card"""

    code = "wallet_unknown"
    title_ar = "لا توجد محفظة لهذا الكارت"


class CardNotUsable(Conflict):
    """The card may not be used for payments"""

    code = "card_not_usable"
    title_ar = "لا يمكن الدفع بهذا الكارت"


class PaymentNotEnabled(Conflict):
    """Payment is not enabled on this card"""

    code = "payment_not_enabled"
    title_ar = "خدمة الدفع غير مفعلة على هذا الكارت"


class NotDeceased(Conflict):
    """The holder of this card is not known to be dead, or it was decided on the wallet before"""

    code = "not_deceased"
    title_ar = "صاحب الكارت غير مسجل متوفى أو سبق البت في محفظته"


class HeirInvalid(InvalidRequest):
    """The heir's card must be active, pay, and be another person's"""

    code = "heir_invalid"
    title_ar = "كارت الوارث يجب أن يكون مفعلاً للدفع ولشخص آخر"


class TerminalOnly(Forbidden):
    """Only a terminal may take payments"""

    code = "terminal_only"
    title_ar = "الدفع متاح من خلال ماكينة فقط"


class SamePerson(Forbidden):
    """A batch is approved by another person than the one who made it"""

    code = "same_person"
    title_ar = "يجب أن يعتمد الدفعة شخص آخر"


class NothingDue(Conflict):
    """Nothing is due for this month that could be paid and is in no batch"""

    code = "nothing_due"
    title_ar = "لا توجد مستحقات لهذا الشهر خارج الدفعات"


class BatchTotalsDiffer(Conflict):
    """What was declared is not what was received"""

    code = "batch_totals_differ"
    title_ar = "العدد أو الإجمالي لا يطابق المعلن"


class BatchState(Conflict):
    """The batch's state does not allow this"""

    code = "batch_state"
    title_ar = "حالة الدفعة لا تسمح بذلك"


class BatchReferenceUsed(Conflict):
    """The batch's reference was used before"""

    code = "batch_reference_used"
    title_ar = "مرجع الدفعة مستخدم من قبل"


class NotPayoutItems(InvalidRequest):
    """The file does not hold payouts"""

    code = "not_payout_items"
    title_ar = "الملف لا يحتوي على مدفوعات صحيحة"


class AuthorityNeeded(Forbidden):
    """Only who acts for an authority may do this"""

    code = "authority_needed"
    title_ar = "هذا الإجراء متاح لمن يعمل باسم جهة فقط"


class FundUnknown(NotFound):
    """There is no such fund"""

    code = "fund_unknown"
    title_ar = "الصندوق غير موجود"


class FundingReferenceUsed(Conflict):
    """This was paid into the fund already"""

    code = "funding_reference_used"
    title_ar = "سبق تمويل الصندوق بهذا المرجع"


class FundOverdrawn(Conflict):
    """The fund's account is below zero; it must be covered first"""

    code = "fund_overdrawn"
    title_ar = "رصيد الصندوق بالسالب ويجب تغطيته أولاً"


class FundShort(Conflict):
    """The fund does not cover the batch"""

    code = "fund_short"
    title_ar = "رصيد الصندوق لا يغطي الدفعة"


class ProgrammeUnknown(NotFound):
    """There is no such programme"""

    code = "programme_unknown"
    title_ar = "البرنامج غير موجود"


class ProgrammeClosed(Conflict):
    """The programme takes no new batches"""

    code = "payout_programme_closed"
    title_ar = "البرنامج لا يقبل دفعات جديدة"


class FundInUse(Conflict):
    """Another authority's batches are being paid from the fund"""

    code = "fund_in_use"
    title_ar = "الصندوق مستخدم في دفعات لم تنته"


class AboveCeiling(Conflict):
    """The amount is above the ceiling"""

    code = "above_ceiling"
    title_ar = "المبلغ يتجاوز الحد المسموح"


class PayoutUnknown(NotFound):
    """There is no such payout in the batch"""

    code = "payout_unknown"
    title_ar = "لا يوجد هذا المبلغ في الدفعة"


class NothingToRetry(Conflict):
    """The batch has no failed payouts that are not being retried"""

    code = "nothing_to_retry"
    title_ar = "لا توجد مبالغ متعثرة لإعادة صرفها"


class RegisterAway(Unavailable):
    """The register cannot be asked just now"""

    code = "register_unavailable"
    title_ar = "لا يمكن الرجوع إلى السجل الآن"


class PayeesByIdOnly(InvalidRequest):
    """Payees are named by citizen or card id here: the register is not connected"""

    code = "payees_by_id_only"
    title_ar = "يُحدد المستفيد هنا بمعرف المواطن أو الكارت فقط"


class ValueDatePast(InvalidRequest):
    """The value date has passed"""

    code = "value_date_past"
    title_ar = "تاريخ الاستحقاق مضى"


class CreditUnknown(NotFound):
    """The wallet has no such credit"""

    code = "credit_unknown"
    title_ar = "لا يوجد هذا الإيداع في المحفظة"


class CorrectionTooLarge(InvalidRequest):
    """More is to be taken back than was credited"""

    code = "correction_too_large"
    title_ar = "المبلغ المطلوب استرداده أكبر من الإيداع"


class CreditWasCorrected(Conflict):
    """So much of the credit was taken back already"""

    code = "credit_was_corrected"
    title_ar = "سبق استرداد هذا المبلغ من الإيداع"
