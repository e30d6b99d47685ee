"""What is wrong with a file or a row of it, in English and in Arabic."""

from __future__ import annotations

from typing import Final

from chassis.row_files.recognition import Found

FAULT_WORDS: Final[dict[Found, tuple[str, str]]] = {
    Found.EMPTY: ("The file is empty.", "الملف فارغ."),
    Found.WORKBOOK: (
        "This is an Excel workbook (.xlsx) or a ZIP file: save it as CSV UTF-8 (comma delimited).",
        "هذا ملف Excel (xlsx) أو ملف مضغوط: احفظه بصيغة CSV UTF-8 مفصولاً بفواصل (,).",
    ),
    Found.OLD_WORKBOOK: (
        "This is an old Excel workbook (.xls): save it as CSV UTF-8 (comma delimited).",
        "هذا ملف Excel قديم (xls): احفظه بصيغة CSV UTF-8 مفصولاً بفواصل (,).",
    ),
    Found.COMPRESSED: (
        "The file is compressed: send it as it is, in parts if it is large.",
        "الملف مضغوط: أرسله دون ضغط، وعلى أجزاء إن كان كبيراً.",
    ),
    Found.PDF: ("This is a PDF document, not a table.", "هذا مستند PDF وليس جدولاً."),
    Found.BINARY: ("This is no text file.", "هذا ليس ملفاً نصياً."),
    Found.JSON: (
        "This is JSON: send one object a line as application/x-ndjson, or CSV with commas (,).",
        "هذا ملف JSON: أرسله سطراً لكل صف بنوع application/x-ndjson أو ملف CSV مفصولاً بفواصل (,).",
    ),
    Found.JSON_ARRAY: (
        "This is one JSON document: send one object a line (NDJSON), without brackets and commas between them.",
        "هذا مستند JSON واحد: أرسل كل صف في سطر مستقل (NDJSON) دون أقواس أو فواصل بين الصفوف.",
    ),
    Found.MARKUP: (
        "This is an HTML or XML document: save the table as CSV UTF-8.",
        "هذا مستند HTML أو XML: احفظ الجدول بصيغة CSV UTF-8.",
    ),
    Found.WINDOWS_1256: (
        "The file is in Windows-1256 (ANSI): save it as CSV UTF-8, or say so: text/csv; charset=windows-1256.",
        "الملف بترميز Windows-1256 (ANSI): احفظه بصيغة CSV UTF-8 أو أرسله بنوع text/csv; charset=windows-1256.",
    ),
    Found.UNKNOWN_ENCODING: (
        "The encoding of the file is not known: save it as CSV UTF-8.",
        "ترميز الملف غير معروف: احفظه بصيغة CSV UTF-8.",
    ),
    Found.CHARSET: (
        "The charset must be utf-8, utf-16 or windows-1256.",
        "الترميز charset يجب أن يكون utf-8 أو utf-16 أو windows-1256.",
    ),
    Found.ARABIC_COMMAS: (
        "The columns are divided by Arabic commas (،): divide them by commas (,) or semicolons (;).",
        "الأعمدة مفصولة بالفاصلة العربية (،): استخدم الفاصلة (,) أو الفاصلة المنقوطة (;).",
    ),
    Found.SEMICOLONS: (
        "The columns are divided by semicolons (;): divide them by commas (,).",
        "الأعمدة مفصولة بالفاصلة المنقوطة (;): استخدم الفاصلة (,).",
    ),
    Found.TABS: (
        "The columns are divided by tabs: divide them by commas (,).",
        "الأعمدة مفصولة بعلامة الجدولة (Tab): استخدم الفاصلة (,).",
    ),
    Found.NO_COLUMNS: (
        "The first line names no columns divided by commas (,).",
        "السطر الأول لا يحتوي على عناوين أعمدة مفصولة بفواصل (,).",
    ),
}
ROW_FAULTS: Final[dict[str, tuple[str, str]]] = {
    "row_broken": (
        "The quotation marks of this row do not match.",
        "علامات التنصيص في هذا السطر غير مكتملة.",
    ),
    "row_broken_json": ("This row is no JSON object.", "هذا السطر ليس كائن JSON صحيحاً."),
    "row_encoding": (
        "This row has bytes that are no text in the encoding of the file.",
        "هذا السطر به رموز لا تتفق مع ترميز الملف.",
    ),
    "row_too_long": ("This row is too long.", "هذا السطر أطول من المسموح."),
    "row_incomplete": (
        "This row ends too early: columns are missing.",
        "السطر ناقص: بعض الأعمدة غير موجودة.",
    ),
    "row_too_many_fields": (
        "This row has more columns than the header.",
        "عدد الأعمدة في السطر أكبر من المطلوب.",
    ),
    "field_unknown": ("This row has a field that no column is named like.", "هذا السطر به حقل غير معروف."),
    "value_not_text": (
        "A value of this row is neither text nor a whole number.",
        "قيمة في هذا السطر ليست نصاً ولا رقماً صحيحاً.",
    ),
}


def words_of(found: Found) -> tuple[str, str]:
    """What a file is and what to do about it, in English and in Arabic."""
    return FAULT_WORDS[found]
