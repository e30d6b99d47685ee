"""The composition root of payment-service: `python -m chassis.serve payment_service`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI

from approvals.api import routers_of
from approvals.expiry import expiry
from chassis.app import Service
from chassis.app import create_app as create_service_app
from chassis.hot import HotRoute
from chassis.periodic import Periodic
from payment_service import upkeep
from payment_service.consumers import reactions
from payment_service.context import Runtime
from payment_service.funds.api import routes as fund_routes
from payment_service.held import HELD
from payment_service.ledger import route
from payment_service.ledger.api import routes as ledger_routes
from payment_service.lifespan import lifespan
from payment_service.merchants.api import routes as merchant_routes
from payment_service.payments import trials
from payment_service.payments.api import routes as payment_routes
from payment_service.payments.proofs import KEYS_FRESH
from payment_service.payouts import worker as payouts
from payment_service.payouts.api import routes as payout_routes
from payment_service.payouts.reading import routes as payout_readings
from payment_service.payouts.support_api import routes as support_routes
from payment_service.proposals import DESK, PROPOSALS
from payment_service.retention import RETENTION
from payment_service.settings import Settings
from payment_service.summaries.telling import SUMMARIES
from payment_service.wallets.api import routes as wallet_routes
from policybook.api import policies_router
from policybook.calendar_watch import calendar_watch
from policybook.snapshot import kept_fresh

HOT = (route.ROUTE,)

ROUTERS = (
    ledger_routes,
    merchant_routes,
    wallet_routes,
    payment_routes,
    fund_routes,
    payout_routes,
    payout_readings,
    support_routes,
    policies_router("/v1/policies/payment", DESK, PROPOSALS),
    *routers_of("payment", PROPOSALS, deadline=30),
)
CALENDAR: Periodic[Runtime] = calendar_watch(lambda runtime: runtime.state.policies)
FRESH: Periodic[Runtime] = kept_fresh(lambda runtime: runtime.state.policies)


def create_app(settings: Settings | None = None, hot_routes: Sequence[HotRoute[Runtime, Any]] = HOT) -> FastAPI:
    """The service as an ASGI app. Without `hot_routes` FastAPI answers everything, more slowly."""
    chosen = settings or Settings()
    return create_service_app(
        Service(
            name="payment",
            title="Unified Card: payments",
            description="Double-entry ledger, wallets, holds, refunds, payout batches, merchants' payments.",
            settings=chosen,
            routers=ROUTERS,
            reactions=reactions,
            refreshers=[FRESH, KEYS_FRESH],
            workers=(
                *upkeep.JOBS,
                *trials.JOBS,
                *payouts.jobs(chosen),
                SUMMARIES.job(),
                CALENDAR,
                expiry(PROPOSALS),
                RETENTION.job(),
            ),
            lifespan=lifespan,
            held=HELD,
            holders="card",
            keeps_districts=False,
            hot_routes=hot_routes,
        )
    )
