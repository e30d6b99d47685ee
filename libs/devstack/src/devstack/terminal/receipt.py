"""What the citizen reads: receipts, refusals and balances in Arabic."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

CAIRO = ZoneInfo("Africa/Cairo")
ITEMS = {"loaf": "رغيف", "oil": "زيت", "sugar": "سكر", "rice": "أرز", "pasta": "مكرونة", "flour": "دقيق"}
UNITS = {"loaf": "رغيف", "piastre": "جنيه"}
PROGRAMMES = {"bread": "الخبز المدعم", "goods": "السلع التموينية", "bread_points": "نقاط الخبز"}
SERVICES = {
    "consultation": "كشف", "home_visit": "زيارة منزلية", "medicines": "أدوية", "imaging": "أشعة",
    "laboratory": "تحاليل", "inpatient": "إقامة بالمستشفى",
}  # fmt: skip
COPAYMENTS = {
    "none": "لا توجد مساهمة",
    "due": "جاري الخصم من المحفظة",
    "paid": "تم الخصم من المحفظة",
    "failed": "تعذر الخصم",
}
OUTCOMES = {
    "applied": "تم القيد", "overdrawn": "تم القيد على حصة الفترة القادمة",
    "duplicate": "سبق القيد", "rejected": "مرفوضة",
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


def remaining(pots: list[dict[str, Any]]) -> list[str]:
    """The remaining balance, a line a pot."""
    return [
        f"الرصيد المتبقي – {PROGRAMMES.get(pot['programme'], pot['programme'])}: "
        f"{amount(pot['unit'], pot['remaining'])}"
        for pot in pots
    ]


def sale_lines(lines: list[dict[str, Any]]) -> list[str]:
    """The goods, a line each."""
    return [
        f"{ITEMS.get(line['item'], line['item'])} × {line['quantity']}"
        + (f"  {pounds(line['amount'])} جنيه" if "amount" in line else "")
        for line in lines
    ]


def sale(answer: dict[str, Any]) -> list[str]:
    """The receipt of a sale; goods and prices in the server's words."""
    return [
        f"إيصال صرف – {local(answer['occurred_at'])}",
        *(str(line) for line in answer["receipt_lines_ar"]),
        *remaining(answer["remaining"]),
        f"رقم العملية: {answer['redemption_id']}",
    ]


def wallet(answer: dict[str, Any]) -> list[str]:
    """What a wallet has, and what of it is held."""
    return [
        f"الرصيد المتاح: {pounds(answer['available'])} جنيه",
        *([f"محجوز: {pounds(answer['held'])} جنيه"] if answer["held"] else []),
    ]


def offline_sale(sale: dict[str, Any]) -> list[str]:
    """The receipt of a sale without a network."""
    return [
        "إيصال صرف دون اتصال بالشبكة",
        f"التاريخ: {local(sale['occurred_at'])}",
        *sale_lines(sale["lines"]),
        "الرصيد المتبقي يظهر بعد عودة الاتصال",
        f"مسلسل: {sale['sequence']} – رقم العملية: {sale['sale_id']}",
    ]


def reversal(answer: dict[str, Any]) -> list[str]:
    """The receipt of a reversal."""
    return [
        "إيصال إلغاء العملية",
        f"رقم العملية الملغاة: {answer['redemption_id']}",
        *remaining(answer.get("remaining", [])),
    ]


def outcome(result: dict[str, Any]) -> str:
    """What became of one uploaded sale."""
    words = OUTCOMES.get(result["status"], result["status"])
    return f"مسلسل {result['sequence']}: {words}" + (f" ({result['code']})" if result.get("code") else "")


def eligibility(answer: dict[str, Any]) -> list[str]:
    """Whether care is covered, and what it costs the patient."""
    head = ["مشمول بالتأمين الصحي الشامل"] if answer["covered"] else [reason_ar(one) for one in answer["reasons"]]
    if answer["exempt"]:
        return [*head, "معفى من المساهمات"]
    return [*head, *(_terms(service) for service in answer["services"])]


def reason_ar(reason: dict[str, Any]) -> str:
    """Why care is not covered."""
    return f"{reason['title_ar']} – {reason['detail_ar']}" if reason["detail_ar"] else str(reason["title_ar"])


def _terms(service: dict[str, Any]) -> str:
    name = SERVICES.get(service["service"], service["service"])
    if service["fixed"] is not None:
        return f"{name}: {pounds(service['fixed'])} جنيه"
    rate = Decimal(service["rate"]) * 100
    if not rate:
        return f"{name}: دون مساهمة"
    share = f"{name}: {rate.normalize():f}٪"
    return share if service["cap_left"] is None else f"{share} بحد أقصى {pounds(service['cap_left'])} جنيه"


def visit(answer: dict[str, Any]) -> list[str]:
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
