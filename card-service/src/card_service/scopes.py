"""Who may do what, and where something new may be entered."""

from __future__ import annotations

from chassis.area import Area
from chassis.governorates import GOVERNORATES
from chassis.principal import Principal
from chassis.problems import InvalidRequest


class GovernorateUnknown(InvalidRequest):
    """There is no governorate of this code"""

    code = "governorate_unknown"
    title_ar = "كود المحافظة غير معروف"


def ensure_own(caller: Principal, governorate: str, district: str | None = None) -> None:
    """What is written is for a governorate that exists and that the caller may act in.

    Raises GovernorateUnknown or OutsideBound.
    """
    if governorate not in GOVERNORATES:
        raise GovernorateUnknown(detail_ar="راجع كود المحافظة.")
    caller.bound.ensure_covers(Area(governorate, district))
