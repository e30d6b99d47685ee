"""Retention classes: how long which data are to be kept, as the register of processing declares it.

Classes `BY_MONTHS` end by the policy `retention.months`: `chassis.privacy.retention` carries it out for the tables
that say how (`HeldIn.ends`). Words of messages, questions, sign-ins and months of records end by jobs of their own.
"""

from __future__ import annotations

from enum import StrEnum


class Retention(StrEnum):
    """A class of data that are kept for one time; `english` and `arabic` say from when on it is counted."""

    english: str
    arabic: str

    def __new__(cls, value: str, english: str = "", arabic: str = "") -> Retention:
        """A member: its value in policies, and its words."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.english, member.arabic = english, arabic
        return member

    REGISTER = (
        "register",
        "while registered, and as long as the books refer to it",
        "طوال مدة التسجيل وما دامت الدفاتر تشير إليه",
    )
    APPOINTMENTS = "appointments", "from the appointment on", "من تاريخ الموعد"
    BOOKS = "books", "from the entry in the books on", "من تاريخ القيد في الدفاتر"
    HEALTH = "health", "from the visit or decision on", "من تاريخ الزيارة أو القرار"
    MESSAGES = "messages", "from the message on; its words are erased earlier", "من تاريخ الرسالة ويُمحى نصها قبل ذلك"
    QUESTIONS = "questions", "from the citizen's question on", "من تاريخ سؤال المواطن"
    SIGN_INS = "sign_ins", "from the end of the sign-in on", "من تاريخ انتهاء الدخول"
    RECORDS = "records", "from the act on (UNICARD_RECORD_RETENTION_MONTHS)", "من تاريخ الاطلاع أو التعديل"
    DECISIONS = "decisions", "from the end of what was decided on", "من تاريخ انتهاء ما تقرر"
    RESULTS = "results", "from the end of the import on: what became of each row of a file", "من تاريخ انتهاء التحميل"


# Classes whose time is a policy, in months.
BY_MONTHS = (
    Retention.BOOKS,
    Retention.HEALTH,
    Retention.APPOINTMENTS,
    Retention.MESSAGES,
    Retention.DECISIONS,
    Retention.RESULTS,
)
