"""Which modes of support this service can carry out: what nobody would give is refused where it is entered."""

from __future__ import annotations

from chassis.problems import InvalidRequest
from policybook.book import Policy
from supply_service.rules.keys import CASH, IN_KIND, POINTS, SUPPORT_MODE


class ModeNotKept(InvalidRequest):
    """Support is not given in this mode here"""

    code = "mode_not_kept"
    title_ar = "هذا النوع من الدعم غير متاح في النظام"


def ensure_kept(policy: Policy) -> None:
    """Raise ModeNotKept for a row by which households would get nothing."""
    if policy.key != SUPPORT_MODE.name or policy.value == IN_KIND:
        return
    if policy.value != CASH:
        raise ModeNotKept(
            "A balance that buys listed goods only is not kept: neither its list nor its amount was published."
            " Enter in_kind or cash.",
            detail_ar="لا يوجد رصيد مقيد بسلع: لم تصدر قائمة سلعه ولا قيمته. المتاح: عيني أو نقدي.",
        )
    if policy.scope.get("programme") in {None, POINTS}:
        raise ModeNotKept(
            "Goods and bread are given as cash; points are loaves that were not drawn.",
            detail_ar="الدعم النقدي للسلع أو الخبز فقط.",
        )
