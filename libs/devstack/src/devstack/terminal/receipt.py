"""What the citizen reads: receipts, refusals and balances in Arabic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from devstack.terminal.answers import (
    DayClosed,
    EligibilityAnswer,
    Line,
    OfflineResult,
    OfflineReversal,
    OfflineSale,
    OwnSale,
    Pot,
    Reason,
    ReversalAnswer,
    SaleAnswer,
    ServiceTerms,
    TerminalTotals,
    VisitAnswer,
    Wallet,
)

CAIRO = ZoneInfo("Africa/Cairo")
ITEMS = {
    "loaf": "رغيف",
    "oil": "زيت",
    "sugar": "سكر",
    "rice": "أرز",
    "pasta": "مكرونة",
    "flour": "دقيق",
    "ration_flour": "دقيق بدلاً من الخبز",
}
UNITS = {"loaf": "رغيف", "piastre": "جنيه", "kilogram": "كجم"}
PROGRAMMES = {"bread": "الخبز المدعم", "goods": "السلع التموينية", "bread_points": "نقاط الخبز", "flour": "الدقيق"}
SERVICES = {
    "consultation": "كشف", "home_visit": "زيارة منزلية", "medicines": "أدوية", "imaging": "أشعة",
    "laboratory": "تحاليل", "inpatient": "إقامة بالمستشفى",
}  # fmt: skip
COPAYMENTS = {
    "none": "لا توجد مساهمة",
    "due": "جاري الخصم من المحفظة",
    "paid": "تم الخصم من المحفظة",
    "failed": "تعذر الخصم",
    "review": "لا خصم قبل المراجعة",
    "owed": "مستحقة، تحصل بموافقة صاحب الكارت",
    "reversed": "ألغيت",
}
OUTCOMES = {
    "applied": "تم القيد", "overdrawn": "تم القيد على حصة الفترة القادمة",
    "disputed": "محل مراجعة من مفتش التموين", "duplicate": "سبق القيد", "rejected": "مرفوضة",
    "reversed": "تم الإلغاء", "waiting": "إلغاء في انتظار رفع عملية الصرف",
}  # fmt: skip


def pounds(piastres: int) -> str:
    """An amount in pounds."""
    return f"{piastres // 100}.{piastres % 100:02d}"


def local(instant: str) -> str:
    """Day and time in Cairo."""
    return f"{datetime.fromisoformat(instant).astimezone(CAIRO):%Y-%m-%d %H:%M}"


def amount(unit: str, value: int) -> str:
    """A quantity of loaves or of money with its unit."""
    return f"{pounds(value)} جنيه" if unit == "piastre" else f"{value} {UNITS.get(unit, unit)}"


def remaining(pots: list[Pot]) -> list[str]:
    """The remaining balance, a line a pot."""
    return [
        f"الرصيد المتبقي – {PROGRAMMES.get(pot['programme'], pot['programme'])}: "
        f"{amount(pot['unit'], pot['remaining'])}"
        for pot in pots
    ]


def sale_lines(lines: list[Line]) -> list[str]:
    """The goods, a line each."""
    return [
        f"{ITEMS.get(line['item'], line['item'])} × {line['quantity']}"
        + (f"  {pounds(line['amount'])} جنيه" if "amount" in line else "")
        for line in lines
    ]


def sale(answer: SaleAnswer) -> list[str]:
    """The receipt of a sale; goods and prices in the server's words."""
    return [
        f"إيصال صرف – {local(answer['occurred_at'])}",
        *(str(line) for line in answer["receipt_lines_ar"]),
        *remaining(answer["remaining"]),
        f"رقم العملية: {answer['redemption_id']}",
    ]


def notices(printed: Iterable[Mapping[str, Any]]) -> list[str]:
    """What the ministry lets citizens know, below the receipt; a rule before each."""
    return [line for one in printed for line in ("─" * 16, *one["ar"])]


def wallet(answer: Wallet) -> list[str]:
    """What a wallet has, and what of it is held."""
    return [
        f"الرصيد المتاح: {pounds(answer['available'])} جنيه",
        *([f"محجوز: {pounds(answer['held'])} جنيه"] if answer["held"] else []),
    ]


def offline_sale(sale: OfflineSale) -> list[str]:
    """The receipt of a sale without a network."""
    return [
        "إيصال صرف دون اتصال بالشبكة",
        f"التاريخ: {local(sale['occurred_at'])}",
        *sale_lines(sale["lines"]),
        "الرصيد المتبقي يظهر بعد عودة الاتصال",
        f"مسلسل: {sale['sequence']} – رقم العملية: {sale['sale_id']}",
    ]


def offline_reversal(reversal: OfflineReversal) -> list[str]:
    """The receipt of a reversal without a network."""
    return [
        "إيصال إلغاء عملية دون اتصال بالشبكة",
        f"التاريخ: {local(reversal['occurred_at'])}",
        f"رقم العملية الملغاة: {reversal['reverses']}",
        f"مسلسل: {reversal['sequence']} – رقم الإلغاء: {reversal['reversal_id']}",
    ]


def reversal(answer: ReversalAnswer) -> list[str]:
    """The receipt of a reversal."""
    return [
        "إيصال إلغاء العملية",
        f"رقم العملية الملغاة: {answer['redemption_id']}",
        *remaining(answer.get("remaining", [])),
    ]


def outcome(result: OfflineResult) -> str:
    """What became of one uploaded sale or reversal."""
    words = OUTCOMES.get(result["status"], result["status"])
    return f"مسلسل {result['sequence']}: {words}" + (f" ({result['code']})" if result.get("code") else "")


def own_sale(sale: OwnSale) -> list[str]:
    """A sale of the day's list: when and what, what was paid beside the allowance, whether it was taken back."""
    wallet = sum(tender["amount"] for tender in sale["tenders"])
    paid = (("نقداً", sale["cash_due"]), ("من المحفظة", wallet))
    beside = [f"{words}: {pounds(part)} جنيه" for words, part in paid if part]
    return [
        f"{local(sale['occurred_at'])}  {'، '.join(sale_lines(sale['lines']))}",
        *beside,
        *(["ألغيت"] if sale["reversal"] else []),
        f"رقم العملية: {sale['redemption_id']}",
    ]


def day(totals: DayClosed) -> list[str]:
    """An outlet's totals, and those of each of its terminals where it has several."""
    several = [one for one in totals["terminals"] if len(totals["terminals"]) > 1]
    return [*_sums(totals), *(line for one in several for line in (f"ماكينة {one['terminal_id']}", *_sums(one)))]


def _sums(totals: DayClosed | TerminalTotals) -> list[str]:
    return [
        f"عمليات: {totals['redemptions']}، ملغاة: {totals['reversals']}",
        f"أرغفة: {totals['loaves']}",
        f"سلع: {pounds(totals['goods_amount'])} جنيه",
        f"نقداً: {pounds(totals['cash_amount'])} جنيه",
        f"من المحفظة: {pounds(totals['wallet_amount'])} جنيه",
    ]


def eligibility(answer: EligibilityAnswer) -> list[str]:
    """Whether care is covered, and what it costs the patient."""
    head = ["مشمول بالتأمين الصحي الشامل"] if answer["covered"] else [reason_ar(one) for one in answer["reasons"]]
    if answer["exempt"]:
        return [*head, "معفى من المساهمات"]
    return [*head, *(_terms(service) for service in answer["services"])]


def reason_ar(reason: Reason) -> str:
    """Why care is not covered."""
    return f"{reason['title_ar']} – {reason['detail_ar']}" if reason["detail_ar"] else str(reason["title_ar"])


def _terms(service: ServiceTerms) -> str:
    name = SERVICES.get(service["service"], service["service"])
    if service["fixed"] is not None:
        return f"{name}: {pounds(service['fixed'])} جنيه"
    rate = Decimal(service["rate"]) * 100
    if not rate:
        return f"{name}: دون مساهمة"
    share = f"{name}: {rate.normalize():f}٪"
    return share if service["cap_left"] is None else f"{share} بحد أقصى {pounds(service['cap_left'])} جنيه"


def visit(answer: VisitAnswer) -> list[str]:
    """The receipt of a visit: nothing of what it was about."""
    failure = f" ({answer['failure']})" if answer["failure"] else ""
    return [
        f"إيصال زيارة – {local(answer['occurred_at'])}",
        f"الخدمة: {SERVICES.get(answer['service'], answer['service'])}",
        f"القيمة: {pounds(answer['total'])} جنيه",
        f"مساهمة المريض: {pounds(answer['copayment'])} جنيه – {COPAYMENTS[answer['copayment_state']]}{failure}",
        f"يتحمل التأمين: {pounds(answer['insurer_part'])} جنيه",
        *(
            f"تحويل: {SERVICES.get(one['service'], one['service'])} حتى {one['last_day']} – {one['referral_id']}"
            for one in answer["referrals"]
        ),
        f"رقم الزيارة: {answer['encounter_id']}",
    ]
