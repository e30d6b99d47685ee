"""What questions refuse."""

from __future__ import annotations

from chassis.problems import Conflict, NotFound


class QuestionUnknown(NotFound):
    """There is no such question, or it is not yours"""

    code = "question_not_found"
    title_ar = "السؤال غير موجود"


class QuestionEnded(Conflict):
    """The question has been dealt with"""

    code = "question_ended"
    title_ar = "تم التعامل مع هذا السؤال"


class QuestionClaimed(Conflict):
    """Another person has claimed the question"""

    code = "question_claimed"
    title_ar = "يعمل موظف آخر على هذا السؤال"
