"""Why a sale is refused. Terminals switch on the code and show the Arabic words to the citizen."""

from __future__ import annotations

from chassis.refusals import Kind, Refusal
from chassis.shared_refusals import CardBlocked as CardBlocked
from chassis.shared_refusals import CardClosed as CardClosed
from chassis.shared_refusals import CardNotActive as CardNotActive
from chassis.shared_refusals import CardUnknown as CardUnknown
from chassis.shared_refusals import HoldExpired as HoldExpired
from chassis.shared_refusals import TerminalNotActive as TerminalNotActive
from chassis.shared_refusals import TerminalUnknown as TerminalUnknown


class SupplyNotEnabled(Refusal):
    """Supply is not enabled on this card"""

    code = "supply_not_enabled"
    title_ar = "خدمة التموين غير مفعلة على الكارت"


class ProgrammeClosed(Refusal):
    """The programme is not drawn in kind at present"""

    code = "programme_closed"
    title_ar = "هذا الدعم لا يصرف سلعاً حالياً"


class DayAlreadyDrawn(Refusal):
    """The bread of this day was drawn already"""

    code = "day_already_drawn"
    title_ar = "سبق صرف حصة هذا اليوم"


class TooManyDays(Refusal):
    """More days than may be drawn at once"""

    code = "too_many_days"
    title_ar = "عدد الأيام أكبر من المسموح به في المرة الواحدة"


class CrossesMonthEnd(Refusal):
    """Bread of the next month is not drawn ahead"""

    code = "crosses_month_end"
    title_ar = "لا يمكن صرف خبز الشهر التالي مقدماً"


class QuotaExceeded(Refusal):
    """The month's remaining bread is less than asked for"""

    code = "quota_exceeded"
    title_ar = "رصيد الخبز المتبقي لا يكفي"


class AllowanceExceeded(Refusal):
    """The remaining allowance is less than asked for"""

    code = "allowance_exceeded"
    title_ar = "الرصيد المتبقي لا يكفي"


class ItemLimitExceeded(Refusal):
    """More of this item than the household may have in a month"""

    code = "item_limit_exceeded"
    title_ar = "الكمية أكبر من الحد المسموح به من هذه السلعة"


class ItemUnknown(Refusal):
    """The item is not sold in this programme at present"""

    code = "item_unknown"
    title_ar = "السلعة غير متاحة ضمن هذا الدعم"


class PointsWindowClosed(Refusal):
    """Bread points of last month can no longer be spent"""

    code = "points_window_closed"
    title_ar = "انتهت مدة صرف نقاط الخبز"


class OutsideGovernorate(Refusal):
    """The card is used outside its governorate"""

    code = "outside_governorate"
    title_ar = "الكارت يصرف داخل محافظته فقط"


class WrongOutletKind(Refusal):
    """This kind of outlet does not serve the programme"""

    code = "wrong_outlet_kind"
    title_ar = "هذا المنفذ لا يصرف هذا النوع من الدعم"


class AmountDiffers(Refusal):
    """The terminal expects another amount"""

    code = "amount_differs"
    title_ar = "المبلغ المتوقع يختلف عن المبلغ المحسوب"


class HoldUnknown(Refusal):
    """The hold on the wallet is not known here yet"""

    code = "hold_unknown"
    title_ar = "المبلغ المحجوز غير معروف بعد"
    retry_after = 1


class HoldMismatch(Refusal):
    """The hold on the wallet does not fit this sale"""

    code = "hold_mismatch"
    title_ar = "المبلغ المحجوز لا يخص هذه العملية"


class TerminalClockSkew(Refusal):
    """The terminal's clock is wrong"""

    code = "terminal_clock_skew"
    title_ar = "ساعة الماكينة غير مضبوطة"
    kind = Kind.INVALID


class PolicyNotInForce(Refusal):
    """No policy is in force for this day"""

    code = "policy_not_in_force"
    title_ar = "لا توجد قواعد صرف سارية لهذا اليوم"


class SaleUnknown(Refusal):
    """No such sale is known here"""

    code = "redemption_unknown"
    title_ar = "العملية غير معروفة"
    kind = Kind.UNKNOWN


class AlreadyReversed(Refusal):
    """The sale was reversed already"""

    code = "already_reversed"
    title_ar = "سبق إلغاء هذه العملية"


class ReversalTooLate(Refusal):
    """The time to reverse the sale has passed"""

    code = "reversal_too_late"
    title_ar = "انتهت مدة إلغاء هذه العملية"


class TerminalNeeded(Refusal):
    """Only a terminal may do this"""

    code = "terminal_needed"
    title_ar = "هذه العملية من ماكينة الصرف فقط"
    kind = Kind.FORBIDDEN
