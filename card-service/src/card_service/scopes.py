"""Who may see what: a caller bound to a governorate sees nothing of another."""

from __future__ import annotations

from typing import Annotated

from card_service.governorates import GOVERNORATES
from chassis.auth import Principal, requires
from chassis.problems import Forbidden, InvalidRequest, NotFound

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


class OutsideGovernorate(Forbidden):
    """The caller may act in its own governorate only"""

    code = "outside_governorate_of_caller"
    title_ar = "غير مسموح بالعمل خارج المحافظة المحددة لك"


class GovernorateUnknown(InvalidRequest):
    """There is no governorate of this code"""

    code = "governorate_unknown"
    title_ar = "كود المحافظة غير معروف"


def ensure_visible(caller: Principal, governorate: str | None) -> None:
    """Raises NotFound for what lies in another governorate than the caller's, as if it were not there."""
    if caller.governorate not in (None, governorate):
        raise NotFound


def ensure_own(caller: Principal, governorate: str) -> None:
    """What is written is for a governorate that exists and that the caller may act in.

    Raises GovernorateUnknown or OutsideGovernorate.
    """
    if governorate not in GOVERNORATES:
        raise GovernorateUnknown(detail_ar="راجع كود المحافظة.")
    if caller.governorate not in (None, governorate):
        raise OutsideGovernorate(detail_ar="المحافظة المطلوبة ليست محافظتك.")
