"""Why a paper sheet is not taken."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, NotFound


class SheetUnknown(NotFound):
    """There is no such paper sheet, or it is not yours"""

    code = "sheet_unknown"
    title_ar = "كشف المبيعات الورقي غير معروف"


class SheetKnown(Conflict):
    """A sheet of this outlet with this serial number is entered already"""

    code = "sheet_known"
    title_ar = "سبق تسجيل كشف بنفس المسلسل لهذا المنفذ"


class SheetTooLate(Conflict):
    """The time in which a paper sheet is taken is over"""

    code = "sheet_too_late"
    title_ar = "انتهت مدة قبول كشف المبيعات الورقي"


class SheetsNotTaken(Conflict):
    """No paper sheets are taken of that day"""

    code = "sheets_not_taken"
    title_ar = "لا تقبل كشوف المبيعات الورقية عن هذا اليوم"


class SheetInFuture(InvalidRequest):
    """The sheet is of a time to come"""

    code = "sheet_in_future"
    title_ar = "تاريخ الكشف في المستقبل"


class NotARationCard(InvalidRequest):
    """A row names what is no number of a ration card"""

    code = "not_a_ration_card"
    title_ar = "رقم البطاقة التموينية غير صحيح"
