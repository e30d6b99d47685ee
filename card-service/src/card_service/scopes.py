"""Who may do what, and where something new may be entered."""

from __future__ import annotations

from chassis.area import Area
from chassis.principal import Principal


def ensure_own(caller: Principal, governorate: str, district: str | None = None) -> None:
    """What is written is for a place that the caller may act in. Raises OutsideBound."""
    caller.bound.ensure_covers(Area(governorate, district))
