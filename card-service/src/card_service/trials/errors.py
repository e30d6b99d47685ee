"""What trials refuse."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, NotFound


class TrialUnknown(NotFound):
    """There is no such trial, or it is not yours"""

    code = "trial_not_found"
    title_ar = "التجربة غير موجودة"


class TrialClosed(Conflict):
    """The trial is closed"""

    code = "trial_closed"
    title_ar = "التجربة مغلقة"


class TrialNameTaken(Conflict):
    """A trial of this name exists in the governorate"""

    code = "trial_name_taken"
    title_ar = "توجد تجربة بهذا الاسم في المحافظة"


class MobileNotOfTrial(InvalidRequest):
    """A test person has a number that the trial has not registered"""

    code = "mobile_not_of_trial"
    title_ar = "رقم الهاتف غير مسجل ضمن أرقام التجربة"


class StepUnknown(InvalidRequest):
    """The script of the trial has no such step"""

    code = "trial_step_unknown"
    title_ar = "هذه الخطوة ليست من خطوات التجربة"


class NotForTrials(InvalidRequest):
    """The trial's governorate has no such place that was registered for trials"""

    code = "unit_not_for_trials"
    title_ar = "المكان غير مسجل للتجارب في محافظة التجربة"


class TrialSiteElsewhere(InvalidRequest):
    """The site is not one of the trial's units"""

    code = "trial_site_elsewhere"
    title_ar = "مكان الاستلام ليس من وحدات التجربة"
