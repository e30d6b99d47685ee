"""What decisions on likely duplicates are refused for."""

from __future__ import annotations

from chassis.problems import Conflict, InvalidRequest, NotFound


class DuplicateUnknown(NotFound):
    """There is no such likely duplicate"""

    code = "duplicate_not_found"
    title_ar = "هذا التكرار المحتمل غير موجود"


class DuplicateDecided(Conflict):
    """This likely duplicate has been decided"""

    code = "duplicate_decided"
    title_ar = "تم البت في هذا التكرار من قبل"


class KeptUnknown(InvalidRequest):
    """The citizen to keep must be one of the two, and is named where both are one person only"""

    code = "kept_invalid"
    title_ar = "حدد الفرد الذي يبقى مسجلاً من الاثنين"
