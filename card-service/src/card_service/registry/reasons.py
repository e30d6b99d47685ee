"""Why a row or a person is refused, in words, by stable code. They never repeat what was in the field."""

from __future__ import annotations

from chassis.refusals import registry
from chassis.row_files import ROW_FAULTS

REASONS: dict[str, tuple[str, str]] = {
    **ROW_FAULTS,
    "household_ref_missing": ("The household reference is missing.", "رقم الأسرة غير موجود."),
    "household_ref_invalid": ("The household reference is not valid.", "رقم الأسرة غير صحيح."),
    "household_not_consecutive": (
        "Rows of this household stand in two places of the file.",
        "بيانات هذه الأسرة موجودة في موضعين منفصلين بالملف.",
    ),
    "role_unknown": (
        "The role must be head, spouse, child, parent or other.",
        "صلة القرابة يجب أن تكون: رب الأسرة أو زوج/زوجة أو ابن/ابنة أو والد/والدة أو أخرى.",
    ),
    "head_missing": ("The household has no head.", "الأسرة بدون رب أسرة."),
    "head_rejected": ("The head of this household was rejected.", "تم رفض بيانات رب هذه الأسرة."),
    "household_has_head": (
        "The household this reference stands for has a head already.",
        "الأسرة المسجلة بهذا الرقم لها رب أسرة بالفعل.",
    ),
    "household_ended": (
        "The household this reference stands for has ended.",
        "تم إنهاء الأسرة المسجلة بهذا الرقم.",
    ),
    "several_heads": ("The household has more than one head.", "للأسرة أكثر من رب أسرة."),
    "residence_differs": (
        "The place of residence differs from that of the head.",
        "محل الإقامة مختلف عن محل إقامة رب الأسرة.",
    ),
    "national_id_missing": ("The national id is missing.", "الرقم القومي غير موجود."),
    "national_id_not_digits": (
        "The national id has characters that are no digits.",
        "الرقم القومي به حروف أو رموز.",
    ),
    "national_id_ruined": (
        "A spreadsheet (Excel) has made a rounded number of the national id: format the column as text and enter it"
        " again.",
        "برنامج الجداول (Excel) حوّل الرقم القومي إلى رقم مقرّب: اجعل تنسيق العمود نصاً ثم أدخله من جديد.",
    ),
    "national_id_length": ("The national id does not have 14 digits.", "الرقم القومي ليس 14 رقماً."),
    "national_id_century": (
        "The national id begins with an unknown century.",
        "الرقم القومي يبدأ برقم قرن غير صحيح.",
    ),
    "national_id_birth_date": (
        "The national id has no real date of birth.",
        "تاريخ الميلاد في الرقم القومي غير صحيح.",
    ),
    "national_id_in_future": (
        "The date of birth in the national id lies in the future.",
        "تاريخ الميلاد في الرقم القومي في المستقبل.",
    ),
    "national_id_governorate": (
        "The national id names an unknown governorate of birth.",
        "كود محافظة الميلاد في الرقم القومي غير معروف.",
    ),
    "date_invalid": (
        "The date is missing or none: write it as 2026-11-29 or 29/11/2026.",
        "التاريخ غير موجود أو غير صحيح: اكتبه بالشكل 2026-11-29 أو 29/11/2026.",
    ),
    "date_in_future": ("The date lies in the future.", "التاريخ في المستقبل."),
    "month_invalid": ("The month must be written as 2026-12.", "الشهر يكتب بالشكل 2026-12."),
    "state_unknown": (
        "The word in this column is not one of those known.",
        "القيمة المكتوبة في هذا العمود غير معروفة.",
    ),
    "reference_invalid": (
        "The reference may have letters, digits and . _ : / - only, 3 to 120 of them.",
        "رقم القيد يتكون من 3 إلى 120 حرفاً لاتينياً أو رقماً أو الرموز . _ : / -.",
    ),
    "row_invalid": ("This row makes no request that can be entered.", "بيانات السطر لا تكفي لتقديم طلب."),
    "duplicate_in_file": ("This citizen stands in the file more than once.", "هذا المواطن مكرر في الملف."),
    "already_registered": (
        "This citizen is registered in a household already.",
        "هذا المواطن مسجل بالفعل في أسرة.",
    ),
    "deceased": ("This citizen is registered as deceased.", "هذا المواطن مسجل على أنه متوفى."),
    "not_registered": ("Nobody is registered under this national id.", "لا يوجد مواطن مسجل بهذا الرقم القومي."),
    "name_invalid": (
        "The name is missing or has characters other than Arabic or Latin letters.",
        "الاسم غير موجود أو به رموز غير الحروف العربية أو اللاتينية.",
    ),
    "mobile_ruined": (
        "A spreadsheet (Excel) has made a rounded number of the mobile: format the column as text and enter it again.",
        "برنامج الجداول (Excel) حوّل رقم المحمول إلى رقم مقرّب: اجعل تنسيق العمود نصاً ثم أدخله من جديد.",
    ),
    "mobile_invalid": ("The number is no Egyptian mobile number.", "الرقم ليس لتليفون محمول مصري."),
    "ration_card_invalid": (
        "The number is no ration-card number: 5 to 20 digits, not zeros alone.",
        "رقم بطاقة التموين غير صحيح: من 5 إلى 20 رقماً.",
    ),
    "ration_card_taken": (
        "This ration card is registered for another household.",
        "بطاقة التموين مسجلة لأسرة أخرى.",
    ),
    "ration_card_differs": (
        "The rows of this household name different ration cards.",
        "سطور هذه الأسرة تذكر أرقام بطاقات تموين مختلفة.",
    ),
    "legal_basis_unknown": ("The legal basis is none of the list.", "سند الاستحقاق غير موجود بالقائمة."),
    "legal_basis_differs": (
        "The rows of this household name different legal bases.",
        "سطور هذه الأسرة تذكر أكثر من سند استحقاق.",
    ),
    "governorate_unknown": ("The governorate is unknown.", "كود المحافظة غير معروف."),
    "governorate_not_yours": (
        "The caller may not register citizens of this governorate.",
        "غير مسموح بتسجيل مواطني هذه المحافظة.",
    ),
    "district_unknown": (
        "The district is none of the governorate's; write its code or its name as in the list.",
        "القسم أو المركز ليس من أقسام ومراكز المحافظة، اكتب الكود أو الاسم كما في القائمة.",
    ),
    "district_invalid": ("The district is missing or not valid.", "القسم أو المركز غير موجود أو غير صحيح."),
    "address_invalid": (
        "The address is too long or has control characters.",
        "العنوان أطول من المسموح أو به رموز غير مقروءة.",
    ),
}


def reason(code: str) -> tuple[str, str]:
    """The reason in English and in Arabic: of a row, or of a rule that refused what the row asks for."""
    if code in REASONS:
        return REASONS[code]
    refusal = registry()[code]
    return f"{refusal.title()}.", f"{refusal.title_ar}."
