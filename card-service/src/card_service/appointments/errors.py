"""What changes of appointments refuse."""

from __future__ import annotations

from chassis.problems import Conflict


class CardNotWaiting(Conflict):
    """The card does not wait to be collected"""

    code = "card_not_waiting"
    title_ar = "الكارت لا ينتظر الاستلام"


class NoAppointment(Conflict):
    """The card has no appointment"""

    code = "no_appointment"
    title_ar = "لا يوجد موعد لهذا الكارت"


class RebookedOften(Conflict):
    """The appointment was changed as often as it may be"""

    code = "rebooked_too_often"
    title_ar = "تم تغيير الموعد الحد الأقصى من المرات"


class SlotTooSoon(Conflict):
    """The hour has begun, or comes before the card can be at the site"""

    code = "slot_too_soon"
    title_ar = "الموعد قبل وصول الكارت إلى مكان الاستلام أو فات"


class SlotTooFar(Conflict):
    """The hour lies further ahead than appointments are booked"""

    code = "slot_too_far"
    title_ar = "الموعد أبعد من الفترة المتاحة للحجز"


class NoRoomToday(Conflict):
    """The site has no room for another walk-in today"""

    code = "no_room_today"
    title_ar = "لا يوجد مكان متاح اليوم بدون موعد"
