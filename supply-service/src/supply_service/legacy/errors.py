"""Why a file of legacy draws is not taken."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest


class NotLegacyDraws(InvalidRequest):
    """The file is none of legacy draws"""

    code = "not_legacy_draws"
    title_ar = "الملف ليس ملف مسحوبات البطاقة القديمة"


class LegacyMonthOver(Conflict):
    """Legacy draws are taken for the present month only"""

    code = "legacy_month_over"
    title_ar = "تقبل مسحوبات البطاقة القديمة عن الشهر الحالي فقط"
