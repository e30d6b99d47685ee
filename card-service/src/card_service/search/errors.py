"""What a search refuses."""

from __future__ import annotations

from chassis.problems import InvalidRequest


class SearchTooWide(InvalidRequest):
    """Too many citizens of the governorate have this name"""

    code = "search_too_wide"
    title_ar = "عدد كبير من المواطنين في المحافظة لهم هذا الاسم"


class GovernorateMissing(InvalidRequest):
    """A search by name needs the governorate it is for"""

    code = "governorate_missing"
    title_ar = "حدد المحافظة للبحث بالاسم"


class NothingToSearch(InvalidRequest):
    """What is searched for is no name or number that could be found"""

    code = "search_invalid"
    title_ar = "بيانات البحث غير صحيحة"
