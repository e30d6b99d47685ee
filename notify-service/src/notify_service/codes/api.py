"""The route by which the gateway has a code sent."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import text

from chassis.auth import Caller
from chassis.db import Reading
from chassis.principal import CallerKind
from chassis.routing import router
from contracts.scopes import Scope
from notify_service.codes.at_once import send_at_once
from notify_service.context import Running
from notify_service.messages.sealed_columns import Contact

routes = router(prefix="/v1", tags=["messages"])

_CONTACT = text(
    "SELECT language, sealed FROM contact WHERE citizen_id = :citizen_id AND (new_until > :now) IS NOT TRUE"
)
_WORDS = {
    "ar": "رمز دخول الكارت الموحد {code} صالح {minutes} دقائق. لا تعطه لأحد.",
    "en": "Unified Card sign-in code {code}, good for {minutes} minutes. Give it to nobody.",
}


class CodeIn(BaseModel):
    """A code for a citizen. `host`: where it is typed in; browsers offer it there and nowhere else (WebOTP)."""

    model_config = ConfigDict(extra="forbid")

    citizen_id: UUID
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")] = Field(repr=False)
    host: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{1,80}$")]
    minutes: int = Field(ge=1, le=10)


class CodeOut(BaseModel):
    """Whether the code was handed over; false for a citizen without a number, or with one too new to prove anything."""

    sent: bool


@routes.post(
    "/codes",
    scopes=Scope.CODES_SEND,
    callers=frozenset({CallerKind.CLIENT}),
    deadline=10,
    despite_restriction="the citizen signs in",
)
async def send_code(given: CodeIn, caller: Caller, session: Reading, runtime: Running) -> CodeOut:
    """Send a citizen a code at once. It is in no table, no event and no log; whoever gets none asks for another."""
    row = (
        await session.execute(_CONTACT, {"citizen_id": given.citizen_id, "now": runtime.state.clock.now()})
    ).one_or_none()
    contact = Contact.open(runtime.state.vault, given.citizen_id, row.sealed) if row else None
    if row is None or contact is None or contact.number is None:
        return CodeOut(sent=False)
    words = _WORDS["en" if row.language == "en" else "ar"].format(code=given.code, minutes=given.minutes)
    whole = f"{words}\n\n@{given.host} #{given.code}"
    return CodeOut(sent=await send_at_once(runtime.state.channels, contact.number, whole, "code"))
