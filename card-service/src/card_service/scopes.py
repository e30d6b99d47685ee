"""Who may do what, and where something new may be entered."""

from __future__ import annotations

from typing import Annotated

from card_service.governorates import GOVERNORATES
from chassis.area import Area
from chassis.auth import Principal, requires
from chassis.problems import InvalidRequest

ReadsCitizens = Annotated[Principal, requires("citizens:read", "citizens:write")]
WritesCitizens = Annotated[Principal, requires("citizens:write")]
Imports = Annotated[Principal, requires("citizens:import")]
ReadsSites = Annotated[
    Principal, requires("sites:read", "sites:write", "rollout:write", "cards:handover", "cards:write")
]
WritesSites = Annotated[Principal, requires("sites:write")]
SeesAppointments = Annotated[Principal, requires("cards:handover", "sites:write")]
ReadsRollout = Annotated[Principal, requires("rollout:read", "rollout:write")]
WritesRollout = Annotated[Principal, requires("rollout:write")]
HandsOver = Annotated[Principal, requires("cards:handover")]
ChecksPins = Annotated[Principal, requires("cards:handover", "redemptions:create")]
ReadsCards = Annotated[Principal, requires("cards:read", "cards:write", "cards:handover")]
ReadsCredentials = Annotated[Principal, requires("cards:read", "cards:handover")]
WritesCards = Annotated[Principal, requires("cards:write")]


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
