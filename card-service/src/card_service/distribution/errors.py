"""What distribution refuses."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, NotFound


class SiteExists(Conflict):
    """A pick-up site of this name exists in the governorate"""

    code = "site_exists"
    title_ar = "يوجد مكان استلام بهذا الاسم في المحافظة"


class PlanNotFound(NotFound):
    """There is no such pick-up plan, or it is not yours"""

    code = "plan_not_found"
    title_ar = "خطة التسليم غير موجودة"


class PlanUnderWay(Conflict):
    """A pick-up plan of this phase is under way"""

    code = "plan_under_way"
    title_ar = "توجد خطة تسليم قيد التنفيذ لهذه المرحلة"


class WeekIsOver(InvalidRequest):
    """The week of the plan is over"""

    code = "week_is_over"
    title_ar = "أسبوع الخطة انتهى"
