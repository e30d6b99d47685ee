"""Legal bases of processing: what the register of processing names, and what a receipt of erasure says of what stays.

They are proposals until the data protection officer has confirmed them.
"""

from __future__ import annotations

from enum import StrEnum


class Basis(StrEnum):
    """Why data are held; in `english` and `arabic` as a citizen reads it."""

    english: str
    arabic: str

    def __new__(cls, value: str, english: str = "", arabic: str = "") -> Basis:
        """A member: its value in events, and its words."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.english, member.arabic = english, arabic
        return member

    SUBSIDY = (
        "subsidy",
        "execution of the subsidy system (public task)",
        "تنفيذ منظومة الدعم التمويني (مهمة عامة)",
    )
    SUBSIDY_BOOKS = (
        "subsidy_books",
        "books of the subsidy, kept five years (Commercial Law 17 of 1999, article 26)",
        "دفاتر الدعم التمويني وتحفظ خمس سنوات (قانون التجارة 17 لسنة 1999 مادة 26)",
    )
    HEALTH_COVER = (
        "health_cover",
        "comprehensive health insurance (Law 2 of 2018)",
        "التأمين الصحي الشامل (القانون 2 لسنة 2018)",
    )
    PAYMENTS = (
        "payments",
        "execution of payments the citizen is part of, kept five years (Law 80 of 2002, article 9)",
        "تنفيذ مدفوعات المواطن وتحفظ خمس سنوات (القانون 80 لسنة 2002 مادة 9)",
    )
    TELLING = (
        "telling",
        "telling citizens what becomes of their rights (public task)",
        "إبلاغ المواطنين بحقوقهم (مهمة عامة)",
    )
    ACCESSES = (
        "accesses",
        "proof of who has seen the data (Law 151 of 2020)",
        "إثبات من اطلع على البيانات (القانون 151 لسنة 2020)",
    )
    RIGHTS = (
        "rights",
        "proof of what was decided on the citizen's rights (Law 151 of 2020)",
        "إثبات ما تقرر بشأن حقوق صاحب البيانات (القانون 151 لسنة 2020)",
    )
    SIGN_IN = (
        "sign_in",
        "safety of the citizen's own sign-ins (Law 151 of 2020, article 4)",
        "تأمين دخول المواطن إلى حسابه (القانون 151 لسنة 2020 مادة 4)",
    )
