"""Every word the pages show, in Arabic and English. No native reader of the ministry has gone over them yet."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from citizen_page.texts import accounts, common, everybody, own, yours

Text = tuple[str, str]

TEXTS: Final[Mapping[str, Text]] = MappingProxyType(
    {**common.TEXTS, **everybody.TEXTS, **own.TEXTS, **accounts.TEXTS, **yours.TEXTS}
)
WEEKDAYS: Final[Mapping[int, Text]] = MappingProxyType(
    {
        1: ("الاثنين", "Monday"),
        2: ("الثلاثاء", "Tuesday"),
        3: ("الأربعاء", "Wednesday"),
        4: ("الخميس", "Thursday"),
        5: ("الجمعة", "Friday"),
        6: ("السبت", "Saturday"),
        7: ("الأحد", "Sunday"),
    }
)
MONTHS: Final[Mapping[int, Text]] = MappingProxyType(
    {
        1: ("يناير", "January"),
        2: ("فبراير", "February"),
        3: ("مارس", "March"),
        4: ("أبريل", "April"),
        5: ("مايو", "May"),
        6: ("يونيو", "June"),
        7: ("يوليو", "July"),
        8: ("أغسطس", "August"),
        9: ("سبتمبر", "September"),
        10: ("أكتوبر", "October"),
        11: ("نوفمبر", "November"),
        12: ("ديسمبر", "December"),
    }
)
