"""Why a choice of flour is not entered or found."""

from __future__ import annotations

from chassis.problems import Conflict, NotFound


class FlourChoiceUnknown(NotFound):
    """There is no such choice, or it is not yours"""

    code = "flour_choice_unknown"
    title_ar = "اختيار الدقيق غير معروف"


class FlourChosenAlready(Conflict):
    """Flour was chosen for this month already"""

    code = "flour_chosen_already"
    title_ar = "سبق اختيار الدقيق لهذا الشهر"
