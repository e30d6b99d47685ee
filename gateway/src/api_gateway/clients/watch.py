"""Clients whose time is nearly over, as a figure that raises an alarm."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from prometheus_client import Gauge

from api_gateway.clients import repository
from api_gateway.context import Runtime
from api_gateway.database import MACHINE_TIME
from chassis.metrics import BACKGROUND

WARN_BEFORE: Final = timedelta(days=14)
EVERY_SECONDS: Final = 60.0

ENDING = Gauge(
    "unicard_gateway_clients_ending",
    "API clients that end within 14 days or have ended, not suspended: to be recertified",
    registry=BACKGROUND,
)


async def count_ending(running: Runtime) -> None:
    """Say how many clients must be answered for soon."""
    async with running.sessions() as session:
        ENDING.set(await repository.ending(session, MACHINE_TIME.now() + WARN_BEFORE))
