"""What courses and seminars refuse."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, NotFound


class CourseUnknown(NotFound):
    """There is no such course, or it is not yours"""

    code = "course_not_found"
    title_ar = "الدورة التدريبية غير موجودة"


class CourseDayOver(InvalidRequest):
    """A course is planned for a day that is not over"""

    code = "course_day_over"
    title_ar = "تاريخ الدورة التدريبية انقضى"


class CourseCancelled(Conflict):
    """The course was cancelled"""

    code = "course_cancelled"
    title_ar = "الدورة التدريبية ملغاة"


class CourseFull(Conflict):
    """All seats of the course are taken"""

    code = "course_full"
    title_ar = "اكتمل عدد المشاركين في الدورة"


class CourseNotHeld(Conflict):
    """The course was not held yet"""

    code = "course_not_held"
    title_ar = "لم تعقد الدورة التدريبية بعد"


class CourseHasResults(Conflict):
    """The course was held: results are entered already"""

    code = "course_has_results"
    title_ar = "عقدت الدورة وسجلت نتائجها"


class ParticipantUnknown(NotFound):
    """There is no such participant of the course"""

    code = "participant_not_found"
    title_ar = "المشارك غير موجود في الدورة"


class ParticipantKnown(Conflict):
    """This person takes part in the course already"""

    code = "participant_known"
    title_ar = "هذا الشخص مسجل في الدورة بالفعل"


class PlaceNotToTrain(Conflict):
    """Nobody has said yet how many at this place are to be trained"""

    code = "place_not_to_train"
    title_ar = "لم يحدد عدد العاملين المطلوب تدريبهم في هذا المكان"


class PlaceElsewhere(Conflict):
    """The place is of another kind or stands elsewhere"""

    code = "place_elsewhere"
    title_ar = "المكان من نوع آخر أو في منطقة أخرى"


class SeminarUnknown(NotFound):
    """There is no such seminar, or it is not yours"""

    code = "seminar_not_found"
    title_ar = "الندوة غير موجودة"


class SeminarHourOver(InvalidRequest):
    """A seminar is planned for an hour to come"""

    code = "seminar_hour_over"
    title_ar = "موعد الندوة انقضى"


class SeminarBegun(Conflict):
    """The seminar has begun, or was held"""

    code = "seminar_begun"
    title_ar = "بدأت الندوة أو عقدت بالفعل"


class SeminarNotBegun(Conflict):
    """The seminar has not begun yet"""

    code = "seminar_not_begun"
    title_ar = "لم تبدأ الندوة بعد"


class SeminarCancelled(Conflict):
    """The seminar was cancelled"""

    code = "seminar_cancelled"
    title_ar = "الندوة ملغاة"


class SeminarFull(Conflict):
    """So many seats of the seminar are not left"""

    code = "seminar_full"
    title_ar = "لا يوجد عدد كاف من المقاعد في الندوة"


class TooManyInvited(Conflict):
    """More would be invited than the seminar's seats allow"""

    code = "too_many_invited"
    title_ar = "عدد المدعوين أكبر مما تسمح به مقاعد الندوة"
