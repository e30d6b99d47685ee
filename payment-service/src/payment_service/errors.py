"""What payment-service refuses beside the ledger's own rules."""

from __future__ import annotations

from chassis.problems import Conflict, Forbidden, InvalidRequest, NotFound


class WalletUnknown(NotFound):
    """There is no wallet for this card"""

    code = "wallet_unknown"
    title_ar = "لا توجد محفظة لهذا الكارت"


class CardNotUsable(Conflict):
    """The card may not be used for payments"""

    code = "card_not_usable"
    title_ar = "لا يمكن الدفع بهذا الكارت"


class TerminalOnly(Forbidden):
    """Only a terminal may take payments"""

    code = "terminal_only"
    title_ar = "الدفع متاح من خلال ماكينة فقط"


class SamePerson(Forbidden):
    """A batch is approved by another person than the one who made it"""

    code = "same_person"
    title_ar = "يجب أن يعتمد الدفعة شخص آخر"


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
