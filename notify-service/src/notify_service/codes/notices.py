"""The route by which the gateway has somebody who works with the system told what they must know at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.auth import Caller
from chassis.personal import Personal
from chassis.principal import CallerKind
from chassis.routing import router
from contracts.notices import Notice
from contracts.scopes import Scope
from notify_service.codes.at_once import send_at_once
from notify_service.context import Running

routes = router(prefix="/v1", tags=["messages"])

_OWN_AR = "الكارت الموحد: {}. إن لم تكن أنت فأبلغ أمن المعلومات فوراً."
_OWN_EN = "Unified Card: {}. If it was not you, tell security at once."
_OWN: Final[Mapping[Notice, tuple[str, str]]] = {
    Notice.ACCOUNT_SET_UP: ("أصبح حسابك جاهزاً للدخول", "your account was set up"),
    Notice.ACCOUNT_LINKED: ("رُبط حساب الجهة بحسابك", "your authority's account was linked to yours"),
    Notice.PASSWORD_SET: ("تغيرت كلمة سر حسابك", "your password was changed"),
    Notice.AUTHENTICATOR_CONNECTED: ("رُبط هاتف جديد بحسابك", "another phone was connected to your account"),
    Notice.PASSKEY_ADDED: ("أُضيف مفتاح مرور إلى حسابك", "a passkey was added to your account"),
    Notice.PASSKEY_REMOVED: ("حُذف مفتاح مرور من حسابك", "a passkey of your account was removed"),
    Notice.RECOVERY_CODES_RENEWED: ("صدرت رموز استعادة جديدة لحسابك", "new recovery codes were made"),
    Notice.RECOVERY_CODE_USED: ("استُخدم رمز استعادة للدخول إلى حسابك", "a recovery code was used to sign in"),
}
WORDS: Final[Mapping[Notice, str]] = {
    Notice.ADMINISTRATOR_RECOVERED: (
        "الكارت الموحد: أُضيف مسؤول صلاحيات من الخادم. إذا لم يكن لك علم بذلك فأبلغ أمن المعلومات فوراً.\n"
        "Unified Card: an administrator was added on the host. If you know nothing of it, tell security at once."
    ),
    **{kind: f"{_OWN_AR.format(arabic)}\n{_OWN_EN.format(english)}" for kind, (arabic, english) in _OWN.items()},
}


class StaffNotice(BaseModel):
    """Whom to tell, and of what. The number is kept nowhere."""

    model_config = ConfigDict(extra="forbid")

    mobile: Annotated[str, StringConstraints(pattern=r"^\+201[0-9]{9}$"), Personal.CONTACT] = Field(repr=False)
    notice: Notice


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
    return StaffNoticeOut(sent=await send_at_once(runtime.state.channels, given.mobile, WORDS[given.notice], "notice"))
