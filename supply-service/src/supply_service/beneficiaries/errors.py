"""Why a list of households is not taken."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest


class NotHouseholdList(InvalidRequest):
    """The file is no list of households"""

    code = "not_household_list"
    title_ar = "الملف ليس كشفاً بالأسر"


class ListNotAhead(Conflict):
    """Categories change with a month to come, since months are opened by them"""

    code = "list_not_ahead"
    title_ar = "تتغير الفئات مع بداية شهر قادم فقط"
