"""What becomes of a sale or reversal without a network that was not simply booked, by code; each has its page.

A rejected sale may have the code of any refusal of a sale (`refusals`) as well, an overdrawn one that of what the
household had left.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from chassis.refusals import Refusal
from supply_service.rules import refusals


class SignatureInvalid(Refusal):
    """No key of this terminal has signed the sale"""

    code = "signature_invalid"
    title_ar = "توقيع العملية ليس توقيع هذه الماكينة"


class KeyReplaced(Refusal):
    """The sale was signed after another key had taken the place of this one"""

    code = "key_replaced"
    title_ar = "تم استبدال مفتاح الماكينة قبل وقت العملية"


class ChainForked(Refusal):
    """Another sale stands under this number of the chain"""

    code = "chain_forked"
    title_ar = "توجد عملية أخرى بنفس المسلسل"


class ChainBroken(Refusal):
    """The sale does not carry the hash of the one before it"""

    code = "chain_broken"
    title_ar = "العملية لا ترتبط بالعملية السابقة لها"


class SaleIdReused(Refusal):
    """Another sale of this terminal has the same sale_id"""

    code = "sale_id_reused"
    title_ar = "رقم العملية مستخدم لعملية أخرى"


class OccurredInFuture(Refusal):
    """The sale's time lies in the future"""

    code = "occurred_in_future"
    title_ar = "وقت العملية في المستقبل"


class SaleTooOld(Refusal):
    """The sale is older than sales may be when they are uploaded"""

    code = "sale_too_old"
    title_ar = "انتهت مدة رفع هذه العملية"


class CredentialInvalid(Refusal):
    """The credential is not this card's, or was over at the time of the sale"""

    code = "credential_invalid"
    title_ar = "بيانات الكارت الموقعة غير صحيحة أو انتهت صلاحيتها"


class CredentialUnverified(Refusal):
    """The card's credential could not be checked"""

    code = "credential_unverified"
    title_ar = "تعذر التحقق من بيانات الكارت الموقعة"


class BeyondHouseholdFloor(Refusal):
    """More bread than a household may come to owe"""

    code = "household_floor"
    title_ar = "الخبز أكثر مما يجوز قيده على الأسرة مقدماً"


class BeyondBalance(Refusal):
    """More goods than the household had left"""

    code = "balance_exceeded"
    title_ar = "السلع أكثر من رصيد الأسرة"


class BeyondSpellSales(Refusal):
    """More sales than a terminal may make in a day without a network"""

    code = "spell_sales"
    title_ar = "عدد العمليات دون اتصال أكبر من المسموح به للماكينة"


class BeyondSpellAmount(Refusal):
    """A greater sum than a terminal may sell in a day without a network"""

    code = "spell_amount"
    title_ar = "قيمة العمليات دون اتصال أكبر من المسموح به للماكينة"


class BeyondSpellTime(Refusal):
    """A longer time than a terminal may sell without a network after its last contact"""

    code = "spell_time"
    title_ar = "مدة العمل دون اتصال أطول من المسموح به للماكينة"


class SaleRepeated(Refusal):
    """A sale of the same card, day, outlet and amount is in the books already"""

    code = "sale_repeated"
    title_ar = "سبق تسجيل عملية بنفس الكارت واليوم والمنفذ والمبلغ"


class HolderMarkMissing(Refusal):
    """The row of the paper sheet has neither a signature nor a thumb"""

    code = "holder_mark_missing"
    title_ar = "لا يوجد توقيع أو بصمة لصاحب الكارت أمام العملية"


class PriceListUnknown(Refusal):
    """The price list was not in force at the time of the sale"""

    code = "price_list_unknown"
    title_ar = "قائمة الأسعار لم تكن سارية وقت العملية"


class ClaimUpheld(Refusal):
    """What was in dispute of the sale was upheld: a terminal takes back no decision"""

    code = "claim_upheld"
    title_ar = "تم قبول مطالبة المنفذ بهذه العملية ولا تلغى من الماكينة"


class SaleMissing(Refusal):
    """The sale that is taken back has not come yet"""

    code = "sale_missing"
    title_ar = "لم يتم رفع العملية الملغاة بعد"


_REJECTED: Final = (
    SignatureInvalid, KeyReplaced, ChainForked, ChainBroken, SaleIdReused, OccurredInFuture, SaleTooOld,
    CredentialInvalid, refusals.PolicyNotInForce, refusals.CardUnknown, refusals.CardClosed, refusals.CardBlocked,
    refusals.CardNotActive, refusals.SupplyNotEnabled, refusals.WrongOutletKind, refusals.OutsideGovernorate,
    refusals.ItemUnknown, refusals.GrantClosed,
    # Of a reversal.
    refusals.SaleUnknown, refusals.ReversalBeforeSale, ClaimUpheld, refusals.AlreadyReversed, refusals.LineUnknown,
    refusals.PartNotReversible, refusals.ReversalTooLate,
)  # fmt: skip
_OVERDRAWN: Final = (
    refusals.DayAlreadyDrawn, refusals.QuotaExceeded, refusals.AllowanceExceeded, refusals.ItemLimitExceeded,
    refusals.InstalmentsUsed,
)  # fmt: skip
_DISPUTED: Final = (
    refusals.TerminalNotActive, refusals.OutletSuspended, SaleRepeated, HolderMarkMissing, PriceListUnknown,
    refusals.AmountDiffers, CredentialUnverified, BeyondSpellTime, BeyondSpellSales,
    BeyondSpellAmount, BeyondHouseholdFloor, BeyondBalance,
)  # fmt: skip
BY_STATUS: Final[Mapping[str, tuple[type[Refusal], ...]]] = MappingProxyType(
    {"rejected": _REJECTED, "overdrawn": _OVERDRAWN, "disputed": _DISPUTED, "waiting": (SaleMissing,)}
)
"""Why, by what became of the sale; of `rejected` and `disputed` in the order in which they are asked."""

BY_CODE: Final[Mapping[str, type[Refusal]]] = MappingProxyType(
    {one.code: one for some in BY_STATUS.values() for one in some}
)
