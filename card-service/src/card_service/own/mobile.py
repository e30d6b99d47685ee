"""Use cases of a citizen's own change of mobile: the change request of the offices, proven by codes to both numbers.

Only this way: whoever has the old number no more is seen at a counter.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.keys import MOBILE_OWN_CHANGES
from card_service.own.errors import MobileChangesOften
from card_service.own.service import household
from card_service.registry.models import Household
from card_service.registry.requests import deciding, entering, mobile_codes
from card_service.registry.requests.details import Mobile
from card_service.registry.requests.errors import RequestUnknown
from card_service.registry.requests.models import ChangeRequest
from chassis.area import Bound
from chassis.principal import Principal

_DAY = timedelta(days=1)
_OWN = text(
    "SELECT request_id, state = 'unproven' AS unproven, entered_at > :since AS lately FROM change_request"
    " WHERE household_id = :household_id AND kind = 'mobile' AND entered_by = :who"
    " AND (entered_at > :since OR state = 'unproven') ORDER BY entered_at DESC, request_id DESC"
)


class Asked(NamedTuple):
    """A change that a citizen has asked for: not proven yet, or within a day, or both."""

    request_id: UUID
    unproven: bool
    lately: bool


async def latest(session: AsyncSession, runtime: Runtime, caller: Principal) -> ChangeRequest:
    """What the caller asked for last, not proven yet or within a day. Raises NotFound or RequestUnknown."""
    at_home, _, _ = await household(session, caller)
    found = await _own(session, runtime, caller, at_home)
    if not found:
        raise RequestUnknown
    return await deciding.known(session, found[0].request_id)


async def begin(session: AsyncSession, runtime: Runtime, caller: Principal, mobile: str) -> ChangeRequest:
    """Send codes to the number of now and to another one, which takes its place once both have come back.

    What the caller asked for before and has not proven is withdrawn. Raises NotFound, MobileChangesOften, RequestOpen,
    NoOldNumber, NumberTooNew, and what changing it would raise.
    """
    at_home, citizen, _ = await household(session, caller)
    deps = runtime.state.dependencies
    there, before = _at_home(caller, at_home), await _own(session, runtime, caller, at_home)
    if sum(one.lately for one in before) >= deps.figure(MOBILE_OWN_CHANGES):
        raise MobileChangesOften(detail_ar="حاول غداً، أو غيّر الرقم في مكتب التموين.")
    for one in before:
        if one.unproven:
            await deciding.withdraw(session, runtime, there, one.request_id, "asked for anew")
    details = Mobile(
        kind="mobile",
        household_id=at_home.household_id,
        fact_on=deps.today(),
        citizen_id=citizen.citizen_id,
        mobile=mobile,
        proof="old_number",
    )
    return await entering.enter_request(session, runtime, there, details)


async def prove(session: AsyncSession, runtime: Runtime, caller: Principal, new: str, old: str) -> ChangeRequest:
    """Take both codes: the number changes, and the old one is told.

    Raises NotFound, RequestUnknown, RequestState or CodesRefused.
    """
    at_home, _, _ = await household(session, caller)
    asked = await latest(session, runtime, caller)
    return await mobile_codes.prove(session, runtime, _at_home(caller, at_home), asked.request_id, new, old)


async def _own(session: AsyncSession, runtime: Runtime, caller: Principal, at_home: Household) -> list[Asked]:
    since = runtime.state.dependencies.now() - _DAY
    asked = {"household_id": at_home.household_id, "who": caller.subject, "since": since}
    return [Asked(*row) for row in await session.execute(_OWN, asked)]


def _at_home(caller: Principal, at_home: Household) -> Principal:
    """The caller as the requests judge it: responsible for what belongs where the household lives."""
    return replace(caller, bound=Bound(at_home.governorate, at_home.district))
