"""The composition root of supply-service: `python -m chassis.serve supply_service`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI

from approvals.expiry import expiry
from chassis.adopting import adopting
from chassis.app import Service
from chassis.app import create_app as create_service_app
from chassis.hot import HotRoute
from chassis.periodic import Periodic
from policybook.calendar_watch import calendar_watch
from supply_service import upkeep
from supply_service.api import ROUTERS
from supply_service.consumers import reactions
from supply_service.context import Runtime
from supply_service.days import clock
from supply_service.gaps import service as gaps
from supply_service.held import HELD
from supply_service.lifespan import REFRESH, lifespan
from supply_service.months import batch, unused
from supply_service.outlets.restated import OUTLETS, TERMINALS
from supply_service.proposals import PROPOSALS
from supply_service.receipt_notices import counting
from supply_service.redemptions import route
from supply_service.retention import RETENTION
from supply_service.sacks import service as sacks
from supply_service.sales.repository import payloads
from supply_service.settings import Settings
from supply_service.settlements import worker as settlements
from supply_service.simulations import worker as simulations
from supply_service.summaries import telling as summaries
from supply_service.trials import telling

HOT = (route.ROUTE,)
CALENDAR: Periodic[Runtime] = calendar_watch(lambda runtime: runtime.state.snapshot)


def create_app(settings: Settings | None = None, hot_routes: Sequence[HotRoute[Runtime, Any]] = HOT) -> FastAPI:
    """The service as an ASGI app. Without `hot_routes` FastAPI answers everything, more slowly."""
    return create_service_app(
        Service(
            name="supply",
            title="Unified Card: supply",
            description="Policies, outlets and terminals, entitlements, sales, offline sales, days and settlements.",
            settings=settings or Settings(),
            routers=ROUTERS,
            reactions=reactions,
            render=payloads,
            refreshers=REFRESH,
            workers=(
                *upkeep.JOBS,
                *clock.JOBS,
                *settlements.JOBS,
                *batch.JOBS,
                *unused.JOBS,
                *telling.JOBS,
                adopting("household", "outlet"),
                *gaps.JOBS,
                *sacks.JOBS,
                *simulations.JOBS,
                *summaries.JOBS,
                *counting.JOBS,
                CALENDAR,
                expiry(PROPOSALS),
                RETENTION.job(),
            ),
            lifespan=lifespan,
            held=HELD,
            restated=(OUTLETS, TERMINALS),
            holders="card",
            hot_routes=hot_routes,
        )
    )
