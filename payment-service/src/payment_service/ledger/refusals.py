"""What the ledger refuses, and in which words."""

from __future__ import annotations

from chassis.refusals import Kind, Refusal
from chassis.shared_refusals import HoldExpired as HoldExpired


class AccountUnknown(Refusal):
    """There is no such account"""

    code = "account_unknown"
    title_ar = "الحساب غير موجود"
    kind = Kind.UNKNOWN


class AccountReserved(Refusal):
    """People decide what moves on this account, by two: the treasury, a fund of payouts, a batch"""

    code = "account_reserved"
    title_ar = "الحركة على هذا الحساب تتم بقرار من شخصين"
    kind = Kind.FORBIDDEN


class WalletFrozen(Refusal):
    """The wallet's holder is dead; nothing is paid from it until two persons of the treasury have decided"""

    code = "wallet_frozen"
    title_ar = "المحفظة موقوفة لوفاة صاحبها"


class TransferUnknown(Refusal):
    """There is no such payment or transfer"""

    code = "transfer_unknown"
    title_ar = "العملية غير موجودة"
    kind = Kind.UNKNOWN


class TransferInvalid(Refusal):
    """The transfer is not valid"""

    code = "transfer_invalid"
    title_ar = "التحويل غير صحيح"
    kind = Kind.INVALID


class TransferIdReused(Refusal):
    """The transfer's id was used for another transfer"""

    code = "transfer_id_reused"
    title_ar = "رقم التحويل مستخدم لتحويل آخر"


class InsufficientFunds(Refusal):
    """The balance does not cover the amount"""

    code = "insufficient_funds"
    title_ar = "الرصيد لا يكفي"


class HoldSettled(Refusal):
    """The hold was captured or voided already"""

    code = "hold_settled"
    title_ar = "تمت تسوية المبلغ المحجوز من قبل"


class NotCaptured(Refusal):
    """Only a captured payment can be refunded"""

    code = "payment_not_captured"
    title_ar = "لا يمكن رد مبلغ لم يتم تحصيله"


class RefundTooLarge(Refusal):
    """More than what was paid cannot be refunded"""

    code = "refund_too_large"
    title_ar = "مبلغ الرد أكبر من المبلغ المدفوع"


class LinkedFailed(Refusal):
    """Another transfer of the linked group was refused"""

    code = "linked_transfer_failed"
    title_ar = "تم رفض تحويل آخر مرتبط"


def not_pending(state: str) -> Refusal:
    """The refusal to settle a transfer that is settled."""
    if state == "expired":
        return HoldExpired("The hold has run out.", detail_ar="انتهت مدة الحجز.")
    return HoldSettled(f"It is {state}.", detail_ar=f"حالة الحجز: {state}.", state=state)


def not_captured(state: str) -> NotCaptured:
    """The refusal to refund what was never paid."""
    return NotCaptured(f"It is {state}.", detail_ar=f"حالة الحجز: {state}.", state=state)
