"""What exports of the register are refused for."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, NotFound


class ExportUnknown(NotFound):
    """There is no such export of this caller's"""

    code = "export_not_found"
    title_ar = "ملف التصدير غير موجود أو انتهت مدته"


class ExportNotReady(Conflict):
    """The file is not ready yet"""

    code = "export_not_ready"
    title_ar = "الملف غير جاهز بعد"


class ExportPartUnknown(NotFound):
    """The file has no such part"""

    code = "export_part_not_found"
    title_ar = "هذا الجزء من الملف غير موجود"


class ExportTooLarge(InvalidRequest):
    """These are more rows than a file may have: narrow the list"""

    code = "export_too_large"
    title_ar = "عدد الصفوف أكبر من المسموح به في ملف واحد: ضيّق القائمة"


class TooManyExports(Conflict):
    """This caller has as many exports under way as one may have: wait until one is ready"""

    code = "too_many_exports"
    title_ar = "لديك ملفات قيد الإعداد بأقصى عدد مسموح به: انتظر حتى يجهز أحدها"
