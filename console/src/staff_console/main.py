"""The composition root of the console: `python -m staff_console`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from chassis import logging
from staff_console.approvals.api import routes as approval_routes
from staff_console.audit.api import routes as audit_routes
from staff_console.audit.disclosures_api import routes as disclosure_routes
from staff_console.campaigns.api import routes as campaign_routes
from staff_console.campaigns.drafts_api import routes as draft_routes
from staff_console.campaigns.notices_api import routes as notice_routes
from staff_console.campaigns.texts_api import routes as text_routes
from staff_console.cards.api import routes as card_routes
from staff_console.clients.api import routes as client_routes
from staff_console.clients.new_api import routes as new_client_routes
from staff_console.complaints.api import routes as complaint_routes
from staff_console.complaints.questions import routes as question_routes
from staff_console.disputes.api import routes as dispute_routes
from staff_console.handover.api import routes as handover_routes
from staff_console.home.api import routes as home_routes
from staff_console.home.views_api import routes as view_routes
from staff_console.imports.api import routes as import_routes
from staff_console.imports.files_api import routes as import_file_routes
from staff_console.lifespan import lifespan
from staff_console.lock.api import routes as lock_routes
from staff_console.oncall.api import routes as oncall_routes
from staff_console.outlets.api import routes as outlet_routes
from staff_console.pages.api import routes as asset_routes
from staff_console.payouts.api import routes as payout_routes
from staff_console.payouts.files_api import routes as payout_file_routes
from staff_console.payouts.making_api import routes as payout_making_routes
from staff_console.payouts.rows_api import routes as payout_row_routes
from staff_console.people.api import routes as people_routes
from staff_console.policies.api import routes as policy_routes
from staff_console.policies.new_api import routes as new_policy_routes
from staff_console.production.api import routes as production_routes
from staff_console.production.consignments_api import routes as consignment_routes
from staff_console.proposals.api import routes as proposal_routes
from staff_console.proposals.grants import routes as grant_routes
from staff_console.registry.api import routes as registry_routes
from staff_console.registry.exports_api import routes as export_routes
from staff_console.requests.api import routes as request_routes
from staff_console.rollout.api import routes as rollout_routes
from staff_console.rollout.plans_api import routes as plan_routes
from staff_console.rollout.steps_api import routes as rollout_step_routes
from staff_console.search.api import routes as search_routes
from staff_console.settings import Settings
from staff_console.settlements.api import routes as settlement_routes
from staff_console.signin.api import routes as sign_in_routes
from staff_console.sites.api import routes as site_routes
from staff_console.sites.changes_api import routes as site_change_routes
from staff_console.sites.stock_api import routes as stock_routes
from staff_console.staff.api import routes as staff_routes
from staff_console.staff.grants_api import routes as grant_list_routes
from staff_console.staff.invite_api import routes as invite_routes
from staff_console.staff.roles_api import routes as role_routes
from staff_console.terminals.api import routes as terminal_routes
from staff_console.terminals.new_api import routes as new_terminal_routes
from staff_console.web import handlers, probes
from staff_console.web.edge import PageEdge

ROUTERS = (
    asset_routes,
    sign_in_routes,
    home_routes,
    lock_routes,
    people_routes,
    registry_routes,
    export_routes,
    import_file_routes,
    import_routes,
    card_routes,
    handover_routes,
    plan_routes,
    rollout_routes,
    rollout_step_routes,
    site_routes,
    site_change_routes,
    stock_routes,
    production_routes,
    consignment_routes,
    request_routes,
    settlement_routes,
    payout_making_routes,
    payout_file_routes,
    payout_row_routes,
    payout_routes,
    approval_routes,
    proposal_routes,
    grant_routes,
    oncall_routes,
    search_routes,
    view_routes,
    text_routes,
    notice_routes,
    draft_routes,
    campaign_routes,
    complaint_routes,
    question_routes,
    outlet_routes,
    new_terminal_routes,
    terminal_routes,
    dispute_routes,
    staff_routes,
    invite_routes,
    role_routes,
    grant_list_routes,
    client_routes,
    new_client_routes,
    audit_routes,
    disclosure_routes,
    policy_routes,
    new_policy_routes,
)

# Lines to counters are poor and pages of lists long; the forms' tokens are masked so that sizes tell nothing of them.
_SMALLEST: Final = 1024
_LEVEL: Final = 5


def create_app(settings: Settings | None = None) -> FastAPI:
    """The console as an ASGI app."""
    told = settings or Settings()
    logging.configure("console", told.log_level)

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        async with lifespan(app, told):
            yield

    app = FastAPI(title="Unified Card: console", lifespan=running, openapi_url=None, docs_url=None, redoc_url=None)
    for routes in ROUTERS:
        app.include_router(routes)
    app.add_route("/livez", probes.livez)
    app.add_route("/readyz", probes.readyz)
    app.add_route("/metrics", probes.metrics)
    handlers.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=_SMALLEST, compresslevel=_LEVEL)
    app.add_middleware(PageEdge)
    return app
