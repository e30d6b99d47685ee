"""The composition root of card-service."""

from __future__ import annotations

from fastapi import FastAPI

from approvals.api import routers_of
from approvals.expiry import expiry
from card_service.appointments.api import routes as appointments
from card_service.cards.api import routes as cards
from card_service.cards.restated import CARDS
from card_service.consumers import reactions
from card_service.context import Runtime
from card_service.credentials.api import routes as credentials
from card_service.distribution.api import routes as distribution
from card_service.distribution.public_api import routes as public_sites
from card_service.distribution.site_api import routes as sites
from card_service.duplicates.api import routes as duplicates
from card_service.exports.api import routes as exports
from card_service.findings.api import routes as findings
from card_service.handover.api import routes as handover
from card_service.held import HELD
from card_service.hotlist.api import routes as hotlist
from card_service.housecalls.api import routes as housecalls
from card_service.lifespan import lifespan
from card_service.listings.api import routes as listings
from card_service.losses.api import routes as losses
from card_service.mandates.api import routes as mandates
from card_service.own.api import routes as own
from card_service.own.mobile_api import routes as own_mobile
from card_service.printing.api import routes as printing
from card_service.privacy.api import routes as privacy
from card_service.production.api import routes as production
from card_service.progress.api import routes as progress
from card_service.proofs.api import routes as proofs
from card_service.proposals import DESK, PROPOSALS
from card_service.readiness.api import routes as readiness
from card_service.readiness.seminar_api import routes as seminars
from card_service.registry.api import routes as registry
from card_service.registry.import_api import routes as imports
from card_service.registry.import_check_api import routes as import_checks
from card_service.registry.listing_api import routes as lists
from card_service.registry.requests.api import routes as requests
from card_service.registry.restated import CONTACTS, HOUSEHOLDS
from card_service.retention import RETENTION
from card_service.review.api import routes as review
from card_service.rollout.api import routes as rollout
from card_service.rollout.plan_api import routes as plans
from card_service.rollout.stage_api import routes as stages
from card_service.search.api import routes as search
from card_service.settings import Settings
from card_service.stock.api import routes as stock
from card_service.trials.api import routes as trials
from card_service.uncollected.api import routes as uncollected
from card_service.workers import workers
from chassis import app as chassis_app
from chassis.adopting import adopting
from chassis.app import Service
from chassis.periodic import Periodic
from policybook.api import policies_router
from policybook.calendar_watch import calendar_watch
from policybook.snapshot import kept_fresh

ROUTERS = (
    registry,
    imports,
    import_checks,
    lists,
    listings,
    exports,
    requests,
    search,
    duplicates,
    cards,
    credentials,
    proofs,
    hotlist,
    printing,
    losses,
    findings,
    mandates,
    distribution,
    public_sites,
    sites,
    housecalls,
    appointments,
    own,
    own_mobile,
    uncollected,
    handover,
    readiness,
    seminars,
    trials,
    rollout,
    plans,
    stages,
    review,
    progress,
    production,
    stock,
    privacy,
    policies_router("/v1/policies/card", DESK, PROPOSALS),
    *routers_of("card", PROPOSALS),
)
RESTATED = (CARDS, HOUSEHOLDS, CONTACTS)
FRESH: Periodic[Runtime] = kept_fresh(lambda runtime: runtime.state.dependencies.policies)
CALENDAR: Periodic[Runtime] = calendar_watch(lambda runtime: runtime.state.dependencies.policies)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service; settings come from the environment unless given."""
    service = Service(
        name="card",
        title="Unified Card: citizens, cards and roll-out",
        settings=settings or Settings(),
        routers=ROUTERS,
        reactions=reactions,
        refreshers=[FRESH],
        workers=[*workers(), adopting("household", "pickup_site"), expiry(PROPOSALS), CALENDAR, RETENTION.job()],
        lifespan=lifespan,
        held=HELD,
        restated=RESTATED,
        holders="card",
    )
    return chassis_app.create_app(service)
