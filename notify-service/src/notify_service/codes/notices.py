"""The route by which the gateway has somebody who works with the system told what they must know at once."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.auth import Caller
from chassis.personal import Personal
from chassis.principal import CallerKind
from chassis.routing import router
from contracts.scopes import Scope
from notify_service.codes.at_once import send_at_once
from notify_service.context import Running

routes = router(prefix="/v1", tags=["messages"])

_WORDS = {
    "administrator_recovered": (
        "الكارت الموحد: أُضيف مسؤول صلاحيات من الخادم. إذا لم يكن لك علم بذلك فأبلغ أمن المعلومات فوراً.\n"
        "Unified Card: an administrator was added on the host. If you know nothing of it, tell security at once."
    ),
}


class StaffNotice(BaseModel):
    """Whom to tell, and of what. The number is kept nowhere."""

    model_config = ConfigDict(extra="forbid")

    mobile: Annotated[str, StringConstraints(pattern=r"^\+201[0-9]{9}$"), Personal.CONTACT] = Field(repr=False)
    notice: Literal["administrator_recovered"]


class StaffNoticeOut(BaseModel):
    """Whether the aggregator has taken it."""

    sent: bool


@routes.post(
    "/staff-notices",
    scopes=Scope.NOTICES_SEND,
    callers=frozenset({CallerKind.CLIENT}),
    deadline=10,
)
async def send_notice(given: StaffNotice, caller: Caller, runtime: Running) -> StaffNoticeOut:
    """Tell somebody at once. It is in no table, no event and no log."""
    return StaffNoticeOut(sent=await send_at_once(runtime.state.settings, given.mobile, _WORDS[given.notice], "notice"))
