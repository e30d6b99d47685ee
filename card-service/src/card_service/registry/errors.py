"""What the register refuses."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, NotFound


class RegistrationRefused(InvalidRequest):
    """The data of a person or household are not acceptable"""

    code = "registration_refused"
    title_ar = "بيانات الفرد أو الأسرة غير مقبولة"


class AlreadyRegistered(Conflict):
    """A citizen with this national id belongs to a household already"""

    code = "already_registered"
    title_ar = "المواطن مسجل بالفعل في أسرة"


class RationCardTaken(Conflict):
    """This ration card is that of another household"""

    code = "ration_card_taken"
    title_ar = "بطاقة التموين مسجلة لأسرة أخرى"


class MonthInvalid(InvalidRequest):
    """This is no month"""

    code = "month_invalid"
    title_ar = "الشهر غير صحيح"


class DayInvalid(InvalidRequest):
    """The household is not known on this day"""

    code = "day_invalid"
    title_ar = "الأسرة غير مسجلة في هذا التاريخ"


class NotCsvFile(InvalidRequest):
    """The body is not a CSV file with commas in UTF-8"""

    code = "not_csv"
    title_ar = "الملف ليس ملف CSV مفصولاً بفواصل (,) وبترميز UTF-8"


class WrongHeaderLine(InvalidRequest):
    """The first line of the file does not name the expected columns"""

    code = "wrong_header"
    title_ar = "عناوين الأعمدة في السطر الأول غير صحيحة"


class ImportUnknown(NotFound):
    """There is no such import, or it is not yours"""

    code = "import_not_found"
    title_ar = "عملية التحميل غير موجودة"


class DigestMissing(InvalidRequest):
    """A part needs its SHA-256 in the header Content-Digest"""

    code = "digest_missing"
    title_ar = "يلزم إرسال بصمة SHA-256 مع كل جزء"


class DigestDiffers(InvalidRequest):
    """The content does not have the digest it is said to have"""

    code = "digest_differs"
    title_ar = "المحتوى لا يطابق البصمة المرسلة"


class PartUnknown(InvalidRequest):
    """The file was declared with fewer parts"""

    code = "part_unknown"
    title_ar = "رقم الجزء أكبر من عدد أجزاء الملف"


class PartDiffers(Conflict):
    """Another part with this number has come already"""

    code = "part_differs"
    title_ar = "وصل جزء آخر بهذا الرقم من قبل"


class ImportIncomplete(Conflict):
    """Parts of the file are missing"""

    code = "import_incomplete"
    title_ar = "أجزاء من الملف لم تصل بعد"


class ImportNotChecked(Conflict):
    """The file is not one whose dry run is done and that waits to be started"""

    code = "import_not_checked"
    title_ar = "الملف ليس في انتظار البدء بعد المراجعة"


class ImportUnderWay(Conflict):
    """The file is being taken in or has been; it can no longer be cancelled"""

    code = "import_under_way"
    title_ar = "بدأ تسجيل الملف ولا يمكن إلغاؤه"


class ImportClosed(Conflict):
    """The file has been taken in; no part can be added"""

    code = "import_closed"
    title_ar = "تم استلام الملف ولا يمكن إضافة أجزاء"
