"""What the gateway forgets of terminals by itself: from where their keys were used."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from api_gateway.context import Runtime
from api_gateway.database import MACHINE_TIME
from api_gateway.terminals import repository

FORGET_EVERY_SECONDS: Final = 600.0


async def forget_uses(running: Runtime) -> None:
    """Drop the notes that no alarm looks at any more."""
    within = timedelta(minutes=running.state.settings.gateway_overlap_minutes)
    async with running.sessions() as session, session.begin():
        await repository.forget_uses(session, MACHINE_TIME.now() - within)
