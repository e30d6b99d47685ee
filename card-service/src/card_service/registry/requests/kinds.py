"""The kinds of change requests, and in which states one is. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class RequestKind(StrEnum):
    """What a request asks for."""

    NEWBORN = "newborn"
    ADMISSION = "admission"
    DEATH = "death"
    REMOVAL = "removal"
    MARRIAGE = "marriage"
    DIVORCE = "divorce"
    SPLIT = "split"
    MERGE = "merge"
    HEAD_CHANGE = "head_change"
    MOVE = "move"
    CORRECT_NAME = "correct_name"
    CORRECT_NATIONAL_ID = "correct_national_id"
    CORRECT_BIRTH = "correct_birth"
    CORRECT_SEX = "correct_sex"
    CORRECT_ADDRESS = "correct_address"
    MOBILE = "mobile"
    EXCLUSION = "exclusion"
    INCLUSION = "inclusion"
    HOUSEHOLD_END = "household_end"


# What a citizen is told a request is, in one or two words: English, Arabic.
NAMES: Final[dict[RequestKind, tuple[str, str]]] = {
    RequestKind.NEWBORN: ("adding a newborn", "إضافة مولود"),
    RequestKind.ADMISSION: ("adding a member", "إضافة فرد"),
    RequestKind.DEATH: ("removing a deceased member", "حذف متوفى"),
    RequestKind.REMOVAL: ("removing a member", "حذف فرد"),
    RequestKind.MARRIAGE: ("marriage", "تسجيل زواج"),
    RequestKind.DIVORCE: ("divorce", "تسجيل طلاق"),
    RequestKind.SPLIT: ("splitting the household", "فصل اجتماعي"),
    RequestKind.MERGE: ("merging households", "دمج أسرتين"),
    RequestKind.HEAD_CHANGE: ("changing the head", "تغيير رب الأسرة"),
    RequestKind.MOVE: ("moving", "نقل محل الإقامة"),
    RequestKind.CORRECT_NAME: ("correcting a name", "تصحيح الاسم"),
    RequestKind.CORRECT_NATIONAL_ID: ("correcting a national id", "تصحيح الرقم القومي"),
    RequestKind.CORRECT_BIRTH: ("correcting a date of birth", "تصحيح تاريخ الميلاد"),
    RequestKind.CORRECT_SEX: ("correcting the sex", "تصحيح النوع"),
    RequestKind.CORRECT_ADDRESS: ("correcting an address", "تصحيح العنوان"),
    RequestKind.MOBILE: ("changing the mobile", "تغيير رقم المحمول"),
    RequestKind.EXCLUSION: ("excluding members", "استبعاد أفراد"),
    RequestKind.INCLUSION: ("including members", "إدراج أفراد"),
    RequestKind.HOUSEHOLD_END: ("ending the household", "إنهاء الأسرة"),
}


class State(StrEnum):
    """Where a request stands."""

    UNPROVEN = "unproven"  # the codes for another mobile have not come back yet
    WAITING = "waiting"  # for a decision
    ANNOUNCED = "announced"  # decided, and told; takes effect on a day to come
    DONE = "done"  # carried out
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # nobody has decided, or proven, in time


OPEN: Final = frozenset({State.UNPROVEN, State.WAITING, State.ANNOUNCED})


class Appeal(StrEnum):
    """Where an appeal against a decision stands."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Did(StrEnum):
    """What somebody did with a request."""

    ENTERED = "entered"
    AMENDED = "amended"
    EVIDENCE = "evidence_added"
    PROVEN = "proven"
    ESCALATED = "escalated"
    APPROVED = "approved"
    CARRIED_OUT = "carried_out"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    APPEALED = "appealed"
    APPEAL_WON = "appeal_won"
    APPEAL_LOST = "appeal_lost"
    OBJECTED = "objected"
