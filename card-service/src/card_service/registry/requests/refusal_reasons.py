"""Why a request is refused or a person excluded, in words for the citizen, by stable code: English and Arabic."""

from __future__ import annotations

from typing import Final, Literal

RefusalReason = Literal[
    "evidence_missing", "evidence_unreadable", "evidence_contradicts", "not_entitled", "already_registered",
    "not_the_holder", "wrong_household", "deadline_passed", "objected", "duplicate_request", "appeal_won", "other",
]  # fmt: skip

REASONS: Final[dict[RefusalReason, tuple[str, str]]] = {
    "evidence_missing": ("A document is missing.", "ينقص مستند مطلوب."),
    "evidence_unreadable": ("The document cannot be read.", "المستند غير واضح."),
    "evidence_contradicts": ("The document says something else than the request.", "المستند لا يطابق بيانات الطلب."),
    "not_entitled": ("The conditions of the programme are not met.", "شروط البرنامج غير مستوفاة."),
    "already_registered": ("This is registered already.", "البيانات مسجلة من قبل."),
    "not_the_holder": ("The request is not by the person it is about.", "الطلب ليس من صاحب الشأن."),
    "wrong_household": ("The person does not belong to this household.", "الفرد ليس من هذه الأسرة."),
    "deadline_passed": ("The term for this has passed.", "انتهت المدة القانونية."),
    "objected": ("The holder of the number before has objected.", "اعترض صاحب الرقم السابق."),
    "duplicate_request": ("Another request asks for the same.", "يوجد طلب آخر بنفس الموضوع."),
    "appeal_won": ("The appeal was granted.", "تم قبول التظلم."),
    "other": ("Ask at your supply office for the reason.", "راجع مكتب التموين لمعرفة السبب."),
}

Ground = Literal["income", "travel", "assets", "unused", "misuse", "insured_elsewhere", "other"]

GROUNDS: Final[dict[Ground, tuple[str, str]]] = {
    "income": ("The income is above the limit.", "الدخل أعلى من الحد المقرر."),
    "travel": ("The person lives abroad.", "الإقامة خارج البلاد."),
    "assets": ("The property is above the limit.", "الممتلكات أعلى من الحد المقرر."),
    "unused": ("The card was not used for a long time.", "عدم استخدام البطاقة لمدة طويلة."),
    "misuse": ("The card was found with a trader.", "ضبط البطاقة لدى تاجر."),
    "insured_elsewhere": ("The person is insured elsewhere.", "التأمين الصحي لدى جهة أخرى."),
    "other": ("Ask at your supply office for the reason.", "راجع مكتب التموين لمعرفة السبب."),
}


def words(code: str | None) -> tuple[str, str] | None:
    """The words of a reason in English and Arabic, None where there is none of this code."""
    return next((said for known, said in REASONS.items() if known == code), None)
