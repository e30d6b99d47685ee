"""What house calls refuse."""

from __future__ import annotations

from chassis.problems import Conflict, NotFound


class HouseCallUnknown(NotFound):
    """There is no such house call, or it is not yours"""

    code = "house_call_not_found"
    title_ar = "الزيارة المنزلية غير موجودة"


class CardNotAtSite(Conflict):
    """The card does not lie at a pick-up site"""

    code = "card_not_at_site"
    title_ar = "الكارت ليس في مكان استلام"


class HouseCallOpen(Conflict):
    """A house call is planned for this card already"""

    code = "house_call_planned"
    title_ar = "توجد زيارة منزلية محددة لهذا الكارت"


class HouseCallOver(Conflict):
    """The house call is not planned any more"""

    code = "house_call_over"
    title_ar = "الزيارة المنزلية منتهية"


class HouseCallAhead(Conflict):
    """The day of the house call has not come"""

    code = "house_call_ahead"
    title_ar = "لم يأت يوم الزيارة المنزلية بعد"


class HouseCallsFull(Conflict):
    """There is no day with room for another house call in the district"""

    code = "house_calls_full"
    title_ar = "لا يوجد يوم متاح لزيارة منزلية في هذا الحي أو المركز"


class HouseCallsUsedUp(Conflict):
    """The card was brought home as often as is done, and nobody was met"""

    code = "house_calls_used_up"
    title_ar = "تمت الزيارات المنزلية المسموح بها دون العثور على صاحب الكارت"
