"""Uploads nobody completed, and judged files nobody started, are given up after the days of the policy and erased."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from card_service.context import Runtime
from card_service.keys import UPLOAD_DAYS
from card_service.registry import import_check_repository as checks
from card_service.registry import import_repository as store
from chassis.logging import get_logger
from chassis.periodic import Periodic

log = get_logger(__name__)

AT_ONCE: Final = 20
EVERY_SECONDS: Final = 600.0


async def expire(runtime: Runtime) -> bool:
    """Give up what has waited too long; whether there is more to do at once."""
    deps = runtime.state.dependencies
    now = deps.now()
    before = now - timedelta(days=deps.figure(UPLOAD_DAYS))
    async with runtime.sessions() as session, session.begin():
        given_up = await store.give_up(session, before, now, AT_ONCE)
        for import_id in given_up:
            await checks.forget_refused(session, import_id)
    for import_id in given_up:
        log.info("an upload that nobody completed is given up", import_id=str(import_id))
    return len(given_up) == AT_ONCE


EXPIRY: Final[Periodic[Runtime]] = Periodic("upload_expiry", expire, EVERY_SECONDS)
