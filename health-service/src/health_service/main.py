"""The composition root of health-service: `python -m chassis.serve health_service`."""

from __future__ import annotations

from fastapi import FastAPI

from approvals.api import routers_of
from approvals.expiry import expiry
from chassis.adopting import adopting
from chassis.app import Service
from chassis.app import create_app as create_service_app
from chassis.holder_proofs.once import forgetting
from chassis.periodic import Periodic
from health_service import upkeep
from health_service.consumers import reactions
from health_service.context import Runtime
from health_service.coverage.api import routes as coverage_routes
from health_service.eligibility.api import routes as eligibility_routes
from health_service.encounters.api import routes as encounter_routes
from health_service.encounters.proofs import KEYS_FRESH
from health_service.fhir.api import routes as fhir_routes
from health_service.held import HELD
from health_service.lifespan import lifespan
from health_service.proposals import DESK, PROPOSALS
from health_service.providers.api import routes as provider_routes
from health_service.providers.restated import PROVIDERS, TERMINALS
from health_service.retention import RETENTION
from health_service.reversals.api import routes as reversal_routes
from health_service.settings import Settings
from health_service.summaries.telling import SUMMARIES
from policybook.api import policies_router
from policybook.calendar_watch import calendar_watch
from policybook.snapshot import kept_fresh

ROUTERS = (
    provider_routes,
    eligibility_routes,
    encounter_routes,
    coverage_routes,
    reversal_routes,
    fhir_routes,
    policies_router("/v1/policies/health", DESK, PROPOSALS),
    *routers_of("health", PROPOSALS),
)
FRESH: Periodic[Runtime] = kept_fresh(lambda runtime: runtime.state.snapshot)
CALENDAR: Periodic[Runtime] = calendar_watch(lambda runtime: runtime.state.snapshot)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service as an ASGI app."""
    return create_service_app(
        Service(
            name="health",
            title="Unified Card: health insurance",
            description="Providers, cover by family, eligibility, encounters with co-payment and cap, FHIR R4.",
            settings=settings or Settings(),
            routers=ROUTERS,
            reactions=reactions,
            refreshers=[FRESH, KEYS_FRESH],
            workers=[
                *upkeep.JOBS,
                SUMMARIES.job(),
                CALENDAR,
                adopting("household", "provider"),
                expiry(PROPOSALS),
                RETENTION.job(),
                forgetting(),
            ],
            lifespan=lifespan,
            held=HELD,
            restated=(PROVIDERS, TERMINALS),
            holders="card",
        )
    )
