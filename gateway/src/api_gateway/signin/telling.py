"""The periodic job that sends notices to the mobiles of those who must learn of something at once."""

from __future__ import annotations

from typing import Final

import httpx

from api_gateway.context import Runtime
from api_gateway.people import notices
from api_gateway.signin.own_token import own_headers
from chassis.logging import get_logger
from contracts.scopes import Scope

log = get_logger(__name__)

EVERY_SECONDS: Final = 30.0
AT_ONCE: Final = 20


async def tell(running: Runtime) -> bool:
    """Hand some of the notices to notify-service; what is not taken is tried again. True where there may be more."""
    async with running.sessions() as session, session.begin():
        found = await notices.untold(session, AT_ONCE)
        sent = 0
        for one in found:
            if await _send(running, one):
                await notices.told(session, one.notice_id)
                sent += 1
    if found:
        log.warning("notices sent", sent=sent, waiting=len(found) - sent)
    return sent == AT_ONCE


async def _send(running: Runtime, one: notices.Message) -> bool:
    state = running.state
    body = {"mobile": state.people.identities.mobile(one.person_id, one.mobile_sealed), "notice": one.kind}
    headers = own_headers(state.issuer, Scope.NOTICES_SEND)
    try:
        reply = await state.services.notify.post("/v1/staff-notices", json=body, headers=headers)
        return reply.status_code == httpx.codes.OK and bool(reply.json()["sent"])
    except (httpx.HTTPError, ValueError, KeyError) as error:
        log.warning("notice not sent", error=type(error).__name__)
        return False
