"""The route by which the gateway has somebody who works with the system told what they must know at once."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.auth import Caller
from chassis.ids import new_id
from chassis.logging import get_logger
from chassis.personal import Personal
from chassis.principal import CallerKind
from chassis.problems import Unavailable
from chassis.routing import router
from contracts.scopes import Scope
from notify_service.context import Running
from notify_service.encoding import measure
from notify_service.provider import Aggregator, Outgoing, ProviderDown

log = get_logger(__name__)

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
    words = _WORDS[given.notice]
    length = measure(words)
    message = Outgoing(new_id(), given.mobile, words, length.encoding, length.parts)
    try:
        async with Aggregator(runtime.state.settings) as aggregator:
            results = await aggregator.send([message])
    except ProviderDown as error:
        log.warning("notice not handed over", reason=str(error))
        raise Unavailable("The aggregator does not take messages just now.") from error
    result = results.get(message.reference)
    return StaffNoticeOut(sent=result is not None and result.status == "accepted")
