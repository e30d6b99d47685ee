"""What citizens' own operations refuse."""

from __future__ import annotations

from chassis.problems import Conflict


class MobileChangesOften(Conflict):
    """One has asked for as many changes of the mobile in a day as may be"""

    code = "mobile_changes_often"
    title_ar = "طلبت تغيير رقم المحمول أكثر من المسموح به في اليوم"
