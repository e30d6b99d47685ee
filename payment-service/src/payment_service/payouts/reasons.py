"""Why a row of a payout file or a payout is not paid, or may be a double: words by stable code.

They never repeat who was to be paid.
"""

from __future__ import annotations

from typing import Final

from chassis.row_files import ROW_FAULTS

ROWS: Final[dict[str, tuple[str, str]]] = {
    **ROW_FAULTS,
    "fields_missing": (
        "The row has fewer cells than the header; they are divided by commas (,).",
        "عدد خانات السطر أقل من العنوان، ويفصل بينها فاصلة (,).",
    ),
    "fields_too_many": (
        "The row has more cells than the header; a comma (,) inside a cell needs quotation marks.",
        "عدد خانات السطر أكبر من العنوان، والفاصلة (,) داخل الخانة تلزمها علامات تنصيص.",
    ),
    "payee_missing": ("Who is to be paid is missing.", "خانة المستفيد فارغة."),
    "citizen_id_invalid": ("The citizen's id is not an id.", "معرف المواطن غير صحيح."),
    "card_id_invalid": ("The card's id is not an id.", "معرف الكارت غير صحيح."),
    "national_id_invalid": ("The national id is not valid.", "الرقم القومي غير صحيح."),
    "card_number_invalid": ("The card number is not valid.", "رقم الكارت غير صحيح."),
    "national_id_ruined": (
        "A spreadsheet (Excel) has made a rounded number of the national id: format the column as text.",
        "برنامج الجداول (Excel) حوّل الرقم القومي إلى رقم مقرّب: اجعل تنسيق العمود نصاً.",
    ),
    "card_number_ruined": (
        "A spreadsheet (Excel) has made a rounded number of the card number: format the column as text.",
        "برنامج الجداول (Excel) حوّل رقم الكارت إلى رقم مقرّب: اجعل تنسيق العمود نصاً.",
    ),
    "payee_unknown": (
        "Nobody with this number is registered in the caller's area.",
        "لا يوجد مواطن مسجل بهذا الرقم في نطاق الجهة.",
    ),
    "card_unknown": ("There is no active card with this number.", "لا يوجد كارت مفعل بهذا الرقم."),
    "card_closed": ("This card is closed.", "هذا الكارت ملغى."),
    "amount_missing": ("The amount is missing.", "خانة المبلغ فارغة."),
    "amount_invalid": (
        "The amount must be whole piastres above zero, in the digits 0 to 9.",
        "المبلغ يجب أن يكون عدداً صحيحاً بالقرش أكبر من صفر وبالأرقام 0-9.",
    ),
    "amount_above_ceiling": (
        "The amount is above the ceiling of a payout.",
        "المبلغ يتجاوز الحد الأقصى للصرف الواحد.",
    ),
    "reference_missing": ("The item's reference is missing.", "خانة مرجع البند فارغة."),
    "reference_invalid": (
        "The item's reference has characters that cannot be printed.",
        "مرجع البند به رموز لا يمكن طباعتها.",
    ),
    "reference_too_long": ("The item's reference is too long.", "مرجع البند أطول من المسموح."),
    "reference_is_national_id": (
        "The item's reference is a national id; references are kept and shown in clear.",
        "مرجع البند رقم قومي، والمراجع تحفظ وتعرض كما هي.",
    ),
    "reference_twice": ("The item's reference stands in the file before.", "مرجع البند مكرر في الملف."),
    "reference_used": ("The batch has an item with this reference.", "يوجد في الدفعة بند بهذا المرجع."),
}
PAYOUTS: Final[dict[str, tuple[str, str]]] = {
    "payee_deceased": (
        "The payee is dead; the amount went back to the fund.",
        "المستفيد متوفى، وتمت إعادة المبلغ إلى الصندوق.",
    ),
    "wallet_unknown": (
        "The payee has no wallet: no card of theirs has been activated for payment.",
        "لا توجد محفظة للمستفيد: لم يتم تفعيل أي كارت له للدفع.",
    ),
    "wallet_elsewhere": (
        "The payee's wallet is not of the batch's governorate.",
        "محفظة المستفيد تابعة لمحافظة أخرى.",
    ),
    "taken_out": ("Taken out before the batch was submitted.", "تم استبعاده قبل تقديم الدفعة."),
}
DOUBLES: Final[dict[str, tuple[str, str]]] = {
    "twice_in_batch": (
        "The same person is in this batch more than once.",
        "المستفيد نفسه مكرر في هذه الدفعة.",
    ),
    "paid_this_month": (
        "The same person is in another batch of this programme for the same month.",
        "المستفيد نفسه في دفعة أخرى لنفس البرنامج ونفس الشهر.",
    ),
    "same_amount_elsewhere": (
        "The same person gets the same amount for the same month from another programme.",
        "المستفيد نفسه له نفس المبلغ عن نفس الشهر من برنامج آخر.",
    ),
}
_ALL: Final = ROWS | PAYOUTS | DOUBLES


def words(code: str) -> tuple[str, str]:
    """What a code means, in English and in Arabic."""
    return _ALL[code]
