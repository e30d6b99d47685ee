"""What lists of the register are refused for."""

from __future__ import annotations

from chassis.problems import InvalidRequest


class CursorOfAnotherOrder(InvalidRequest):
    """The page that is asked for belongs to another order of the list"""

    code = "cursor_of_another_order"
    title_ar = "الصفحة المطلوبة تخص ترتيباً آخر للقائمة"
