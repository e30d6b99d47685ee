"""What is wrong with a value that does not fit its field, in both languages; the value itself is never repeated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

# By pydantic's type of error; `{…}` is a bound of the field. Others get the last words.
_ARABIC: Final[Mapping[str, str]] = {
    "missing": "هذا الحقل مطلوب",
    "extra_forbidden": "هذا الحقل غير معروف",
    "string_type": "المطلوب نص",
    "string_too_short": "النص أقصر من المسموح (الحد الأدنى {min_length})",
    "string_too_long": "النص أطول من المسموح (الحد الأقصى {max_length})",
    "string_pattern_mismatch": "الصيغة غير صحيحة",
    "string_unicode": "النص يحتوي على رموز غير صالحة",
    "int_type": "المطلوب رقم صحيح بدون كسور",
    "int_parsing": "المطلوب رقم صحيح بدون كسور",
    "int_parsing_size": "الرقم أكبر من المسموح",
    "int_from_float": "المطلوب رقم صحيح بدون كسور",
    "float_type": "المطلوب رقم",
    "float_parsing": "المطلوب رقم",
    "finite_number": "المطلوب رقم محدود",
    "decimal_type": "المطلوب رقم",
    "decimal_parsing": "المطلوب رقم",
    "bool_type": "المطلوب true أو false",
    "bool_parsing": "المطلوب true أو false",
    "greater_than": "يجب أن يكون الرقم أكبر من {gt}",
    "greater_than_equal": "يجب ألا يقل الرقم عن {ge}",
    "less_than": "يجب أن يكون الرقم أقل من {lt}",
    "less_than_equal": "يجب ألا يزيد الرقم على {le}",
    "too_short": "عدد العناصر أقل من المسموح (الحد الأدنى {min_length})",
    "too_long": "عدد العناصر أكبر من المسموح (الحد الأقصى {max_length})",
    "enum": "القيمة ليست من القيم المتاحة",
    "literal_error": "القيمة ليست من القيم المتاحة",
    "union_tag_invalid": "القيمة ليست من القيم المتاحة",
    "union_tag_not_found": "نوع الطلب غير مذكور",
    "uuid_type": "المعرف غير صحيح",
    "uuid_parsing": "المعرف غير صحيح",
    "date_type": "التاريخ غير صحيح",
    "date_parsing": "التاريخ غير صحيح",
    "date_from_datetime_parsing": "التاريخ غير صحيح",
    "date_from_datetime_inexact": "المطلوب تاريخ بدون وقت",
    "datetime_type": "التاريخ والوقت غير صحيحين",
    "datetime_parsing": "التاريخ والوقت غير صحيحين",
    "datetime_from_date_parsing": "التاريخ والوقت غير صحيحين",
    "timezone_aware": "التاريخ والوقت بدون منطقة زمنية",
    "time_parsing": "الوقت غير صحيح",
    "list_type": "المطلوب قائمة",
    "dict_type": "المطلوب مجموعة حقول",
    "model_type": "المطلوب مجموعة حقول",
    "model_attributes_type": "المطلوب مجموعة حقول",
    "json_invalid": "البيانات ليست JSON صحيحاً",
    "json_type": "البيانات ليست JSON صحيحاً",
}
OTHERWISE: Final = "القيمة غير صحيحة"


def in_arabic(error: Mapping[str, Any]) -> str:
    """The reason of one of pydantic's errors in Arabic."""
    words = _ARABIC.get(error["type"], OTHERWISE)
    try:
        return words.format_map(error.get("ctx") or {})
    except (KeyError, ValueError):
        return OTHERWISE
