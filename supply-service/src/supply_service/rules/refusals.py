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
from chassis.shared_refusals import TrialApart as TrialApart


class OutletSuspended(Refusal):
    """The outlet was suspended"""

    code = "outlet_suspended"
    title_ar = "تم إيقاف هذا المنفذ"
    kind = Kind.FORBIDDEN


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


class FlourChosen(Refusal):
    """The household has flour instead of bread this month"""

    code = "flour_chosen"
    title_ar = "الأسرة تصرف الدقيق بدلاً من الخبز هذا الشهر"


class FlourNotChosen(Refusal):
    """The household has not chosen flour for this month"""

    code = "flour_not_chosen"
    title_ar = "لم تختر الأسرة الدقيق بدلاً من الخبز هذا الشهر"


class FlourNotOffered(Refusal):
    """No flour is given instead of bread in this governorate and month"""

    code = "flour_not_offered"
    title_ar = "لا يصرف الدقيق بدلاً من الخبز في هذه المحافظة"


class FlourMonthBegun(Refusal):
    """Flour is chosen before its month begins"""

    code = "flour_month_begun"
    title_ar = "يتم اختيار الدقيق قبل بداية الشهر"


class FlourMonthTooFar(Refusal):
    """The month is further ahead than flour is chosen for"""

    code = "flour_month_too_far"
    title_ar = "الشهر أبعد من المدة المتاحة لاختيار الدقيق"


class AllowanceExceeded(Refusal):
    """The remaining allowance is less than asked for"""

    code = "allowance_exceeded"
    title_ar = "الرصيد المتبقي لا يكفي"


class BreadCodeForBread(Refusal):
    """A code in the place of a lost card draws the bread of the day, and nothing else"""

    code = "bread_code_for_bread_only"
    title_ar = "رمز الكارت المفقود يصرف خبز اليوم فقط"


class CashMismatch(Refusal):
    """The cash named is not what the goods cost beyond the allowance"""

    code = "cash_mismatch"
    title_ar = "المبلغ النقدي لا يساوي فرق السلع"


class ItemLimitExceeded(Refusal):
    """More of this item than the household may have in a month"""

    code = "item_limit_exceeded"
    title_ar = "الكمية أكبر من الحد المسموح به من هذه السلعة"


class ItemUnknown(Refusal):
    """The item is not sold in this programme at present"""

    code = "item_unknown"
    title_ar = "السلعة غير متاحة ضمن هذا الدعم"


class FreePriceUnknown(Refusal):
    """No price is in force at which anybody buys this item"""

    code = "free_price_unknown"
    title_ar = "لا يوجد سعر حر معتمد لهذه السلعة"


class InspectorCardClosed(Refusal):
    """No bound is in force for the inspector's card"""

    code = "inspector_card_not_in_force"
    title_ar = "كارت المفتش غير معمول به حالياً"


class InspectorLoavesExceeded(Refusal):
    """More bread than an inspector may let this bakery sell in a day"""

    code = "inspector_loaves_exceeded"
    title_ar = "الكمية أكبر من المتاح بكارت المفتش لهذا المخبز"


class PointsWindowClosed(Refusal):
    """Bread points of last month can no longer be spent"""

    code = "points_window_closed"
    title_ar = "انتهت مدة صرف نقاط الخبز"


class GrantClosed(Refusal):
    """The grant is not given on this day"""

    code = "grant_closed"
    title_ar = "المنحة غير متاحة في هذا اليوم"


class NotEligible(Refusal):
    """The card is not on the grant's list"""

    code = "not_eligible"
    title_ar = "الكارت غير مدرج في كشوف المنحة"


class InstalmentsUsed(Refusal):
    """The month's instalments of the grant were drawn already"""

    code = "instalments_used"
    title_ar = "تم استنفاد عدد مرات صرف المنحة هذا الشهر"


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


class ReversalBeforeSale(Refusal):
    """The sale was reversed before it was made"""

    code = "reversal_before_sale"
    title_ar = "وقت الإلغاء سابق لوقت العملية"


class LineUnknown(Refusal):
    """The sale has no such line"""

    code = "line_unknown"
    title_ar = "بند غير موجود في العملية"


class PartNotReversible(Refusal):
    """A sale that a wallet paid a part of is taken back whole"""

    code = "part_not_reversible"
    title_ar = "عملية مدفوع جزء منها من المحفظة تلغى كاملة"


class ReversalTooLate(Refusal):
    """The time to reverse the sale has passed"""

    code = "reversal_too_late"
    title_ar = "انتهت مدة إلغاء هذه العملية"


class TerminalNeeded(Refusal):
    """Only a terminal may do this"""

    code = "terminal_needed"
    title_ar = "هذه العملية من ماكينة الصرف فقط"
    kind = Kind.FORBIDDEN
