"""What was told of use is forgotten when no review looks back so far."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from card_service.context import Runtime
from card_service.keys import USE_KEPT_DAYS
from card_service.usage import repository
from chassis.periodic import Periodic

EVERY_SECONDS: Final = 86_400.0


async def run(runtime: Runtime) -> None:
    """Forget days that are over for longer than the policy keeps them."""
    deps = runtime.state.dependencies
    async with runtime.sessions() as session, session.begin():
        await repository.forget(session, deps.today() - timedelta(days=deps.figure(USE_KEPT_DAYS)))


FORGETTING: Final[Periodic[Runtime]] = Periodic("told_use", run, EVERY_SECONDS)
