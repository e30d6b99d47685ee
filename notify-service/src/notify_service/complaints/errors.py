"""What complaints refuse."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, NotFound


class ComplaintUnknown(NotFound):
    """There is no such complaint, or it is not yours"""

    code = "complaint_not_found"
    title_ar = "الشكوى غير موجودة"


class ComplainantUnknown(NotFound):
    """There is no such citizen with a contact, or the citizen is not yours"""

    code = "complainant_not_found"
    title_ar = "مقدم الشكوى غير معروف"


class ComplaintCategoryUnknown(InvalidRequest):
    """There is no such category of complaints"""

    code = "complaint_category_unknown"
    title_ar = "نوع الشكوى غير معروف"


class ComplaintsOpen(Conflict):
    """The citizen has as many open complaints as may be open at a time"""

    code = "complaints_open"
    title_ar = "لدى المواطن الحد الأقصى من الشكاوى المفتوحة"


class ComplaintNotSo(Conflict):
    """The complaint is not in a state for this"""

    code = "complaint_state"
    title_ar = "حالة الشكوى لا تسمح بذلك"


class ComplaintClaimed(Conflict):
    """Another person has claimed the complaint"""

    code = "complaint_claimed"
    title_ar = "يعمل موظف آخر على هذه الشكوى"


class ComplaintAbove(Conflict):
    """The complaint lies with the nation's team"""

    code = "complaint_with_nation"
    title_ar = "الشكوى لدى الفريق المركزي"


class AnsweredBySame(Conflict):
    """An appeal is answered by another person than the one who answered before"""

    code = "appeal_same_person"
    title_ar = "يرد على التظلم موظف غير من رد على الشكوى"


class AnswerTellsPersons(InvalidRequest):
    """The answer carries what a message must not: a national id, the number of a card, a PIN, an illness"""

    code = "answer_tells_persons"
    title_ar = "لا يجوز أن يتضمن الرد رقماً قومياً أو رقم كارت أو رقماً سرياً أو مرضاً"
