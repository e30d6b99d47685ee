"""What a hand-over refuses."""

from __future__ import annotations

from chassis.problems import Conflict, Forbidden


class OtherSite(Conflict):
    """The card lies at another pick-up site"""

    code = "other_site"
    title_ar = "الكارت موجود في مكان استلام آخر"


class NationalIdMismatch(Conflict):
    """The national id is not that of the card's holder"""

    code = "national_id_mismatch"
    title_ar = "الرقم القومي لا يخص صاحب الكارت"


class NoSite(Forbidden):
    """The caller is no pick-up counter"""

    code = "no_site_in_token"
    title_ar = "هذا المستخدم غير مرتبط بمكان استلام"
