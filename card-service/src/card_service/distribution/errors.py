"""What distribution refuses."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, NotFound


class SiteExists(Conflict):
    """A pick-up site of this name exists in the governorate"""

    code = "site_exists"
    title_ar = "يوجد مكان استلام بهذا الاسم في المحافظة"


class SiteEndInvalid(InvalidRequest):
    """A pick-up site's last day is not past"""

    code = "site_end_is_past"
    title_ar = "آخر يوم عمل لمكان الاستلام لا يكون في الماضي"


class ClosureUnknown(NotFound):
    """The pick-up site has no such closure"""

    code = "closure_not_found"
    title_ar = "فترة الإغلاق غير موجودة"


class ClosureOver(Conflict):
    """The closure is over or was withdrawn"""

    code = "closure_is_over"
    title_ar = "فترة الإغلاق انتهت أو سُحبت"


class ClosureInvalid(InvalidRequest):
    """A closure ends after it begins, and is not past; a planned one begins later"""

    code = "closure_period_invalid"
    title_ar = "فترة الإغلاق غير صحيحة"


class SlotUnknown(NotFound):
    """The pick-up site has no such hour"""

    code = "slot_not_found"
    title_ar = "لا يوجد هذا الموعد في مكان الاستلام"


class SlotFull(Conflict):
    """The hour at the pick-up site has no place left"""

    code = "slot_full"
    title_ar = "لا توجد أماكن متبقية في هذا الموعد"


class SlotPeriodInvalid(InvalidRequest):
    """Slots are shown of at most two months, from a day to the same day or a later one"""

    code = "slot_period_invalid"
    title_ar = "تُعرض المواعيد لمدة شهرين على الأكثر"


class PlanNotFound(NotFound):
    """There is no such pick-up plan, or it is not yours"""

    code = "plan_not_found"
    title_ar = "خطة التسليم غير موجودة"


class PlanUnderWay(Conflict):
    """A pick-up plan of this phase is under way"""

    code = "plan_under_way"
    title_ar = "توجد خطة تسليم قيد التنفيذ لهذه المرحلة"


class PlanNotDraft(Conflict):
    """Only a draft that was computed is started or dropped"""

    code = "plan_is_no_draft"
    title_ar = "الخطة ليست مسودة جاهزة"


class WeekIsOver(InvalidRequest):
    """The week of the plan is over"""

    code = "week_is_over"
    title_ar = "أسبوع الخطة انتهى"
