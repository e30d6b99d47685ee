"""Cards leave the hot list when every credential of them is over, and are forgotten when all terminals know that."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from card_service.context import Runtime
from card_service.hotlist import repository
from card_service.keys import CREDENTIAL_DAYS, HOT_LIST_DAYS
from chassis.holder_proofs.form import moment
from chassis.periodic import Periodic

EVERY_SECONDS: Final = 600.0
# A terminal that has not asked for longer gets the whole list.
KEPT: Final = timedelta(days=30)
_AT_ONCE: Final = 5000


async def tidy(runtime: Runtime) -> bool:
    """Take off and forget what is over; whether there may be more."""
    deps = runtime.state.dependencies
    listed = timedelta(days=max(deps.figure(HOT_LIST_DAYS), deps.figure(CREDENTIAL_DAYS)))
    async with runtime.sessions() as session, session.begin():
        taken_off = await repository.take_off(session, moment() - listed, _AT_ONCE)
        forgotten = await repository.forget(session, moment() - KEPT, _AT_ONCE)
    return _AT_ONCE in (taken_off, forgotten)


TIDYING: Final[Periodic[Runtime]] = Periodic("hot_list_over", tidy, EVERY_SECONDS)
