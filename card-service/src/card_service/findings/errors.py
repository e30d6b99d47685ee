"""What is refused around findings."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest


class FindingKnown(Conflict):
    """This card was entered as found on that day by the same report"""

    code = "finding_known"
    title_ar = "تم تسجيل ضبط هذه البطاقة في هذا اليوم بنفس المحضر"


class FindingInFuture(InvalidRequest):
    """A card is found on a day that has come"""

    code = "finding_in_future"
    title_ar = "تاريخ الضبط لم يأت بعد"
