"""The composition of notify-service."""

from __future__ import annotations

from fastapi import FastAPI

from approvals.api import routers_of
from approvals.expiry import expiry
from chassis.app import Service
from chassis.app import create_app as create_service
from chassis.periodic import Periodic
from notify_service import upkeep
from notify_service.campaigns import api as campaigns_api
from notify_service.campaigns.dry_runs import DRY_RUNS
from notify_service.campaigns.work import CAMPAIGNS
from notify_service.codes import api as codes_api
from notify_service.codes import notices
from notify_service.complaints import api as complaints_api
from notify_service.complaints import own_api
from notify_service.complaints import upkeep as complaints
from notify_service.consumers import make_reactions
from notify_service.contacts import api as contacts_api
from notify_service.contacts import own_api as own_choices
from notify_service.context import Runtime
from notify_service.delivery_figures import api as figures_api
from notify_service.held import HELD
from notify_service.inquiries import api as inquiries_api
from notify_service.lifespan import lifespan
from notify_service.messages import api, waiting
from notify_service.messages.sender import send_messages
from notify_service.proposals import DESK, PROPOSALS
from notify_service.questions import api as questions_api
from notify_service.questions import upkeep as questions
from notify_service.receipt_notices import api as notices_api
from notify_service.retention import RETENTION
from notify_service.settings import Settings
from notify_service.spot_checks import api as spot_checks_api
from notify_service.spot_checks import upkeep as spot_checks
from policybook.api import policies_router
from policybook.calendar_watch import calendar_watch
from policybook.snapshot import kept_fresh

ROUTERS = (
    api.routes,
    inquiries_api.routes,
    codes_api.routes,
    notices.routes,
    contacts_api.routes,
    own_choices.routes,
    complaints_api.routes,
    questions_api.routes,
    spot_checks_api.routes,
    own_api.routes,
    campaigns_api.routes,
    notices_api.routes,
    figures_api.routes,
    policies_router("/v1/policies/notify", DESK, PROPOSALS),
    *routers_of("notify", PROPOSALS),
)
FRESH: Periodic[Runtime] = kept_fresh(lambda runtime: runtime.state.policies)
CALENDAR: Periodic[Runtime] = calendar_watch(lambda runtime: runtime.state.policies)


def create_app(settings: Settings | None = None) -> FastAPI:
    """notify-service as an ASGI app."""
    return create_service(
        Service(
            name="notify",
            title="Unified Card: messages to citizens",
            settings=settings or Settings(),
            routers=ROUTERS,
            reactions=make_reactions(),
            refreshers=[FRESH],
            workers=[
                send_messages,
                *upkeep.URGENT,
                *upkeep.SLOW,
                *complaints.JOBS,
                *questions.JOBS,
                *spot_checks.JOBS,
                CAMPAIGNS,
                DRY_RUNS,
                CALENDAR,
                expiry(PROPOSALS),
                RETENTION.job(),
            ],
            lifespan=lifespan,
            held=HELD,
            holders="card_holder",
            queues=waiting.queues,
            keeps_districts=False,
        )
    )
