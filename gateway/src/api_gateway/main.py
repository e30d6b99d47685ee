"""The composition root of the gateway's app."""

from __future__ import annotations

from fastapi import FastAPI

from api_gateway.clients.api import routes as clients
from api_gateway.clients.watch import EVERY_SECONDS, count_ending
from api_gateway.consumers import reactions
from api_gateway.context import Runtime
from api_gateway.disclosures.api import routes as disclosures
from api_gateway.docs.api import routes as docs
from api_gateway.docs.api import swallow
from api_gateway.held import HELD
from api_gateway.lifespan import keep_keys, keep_people, lifespan
from api_gateway.overview.api import routes as overview
from api_gateway.people.api import routes as people
from api_gateway.people.grants_api import routes as grants
from api_gateway.people.names_api import routes as names
from api_gateway.people.places_api import routes as places
from api_gateway.proposals import DESK, PROPOSALS
from api_gateway.retention import RETENTION
from api_gateway.route import SWALLOW
from api_gateway.settings import Settings
from api_gateway.signin.account_api import routes as account
from api_gateway.signin.citizens.api import routes as citizens
from api_gateway.signin.external.api import routes as external
from api_gateway.signin.pages_api import routes as sign_in_pages
from api_gateway.signin.provider.api import routes as provider
from api_gateway.signin.sessions.api import routes as sessions
from api_gateway.signin.telling import EVERY_SECONDS as EVERY_SECONDS_BETWEEN_NOTICES
from api_gateway.signin.telling import tell
from api_gateway.signin.upkeep import forget_old
from api_gateway.signin.views import Expired, on_expired
from api_gateway.terminals.api import routes as terminals
from api_gateway.terminals.watch import FORGET_EVERY_SECONDS, forget_uses
from api_gateway.tokens.api import routes as tokens
from approvals.api import routers_of
from approvals.expiry import expiry
from chassis import app as chassis_app
from chassis.app import Service
from chassis.periodic import Periodic
from policybook.api import policies_router
from policybook.snapshot import kept_fresh

FRESH: Periodic[Runtime] = kept_fresh(lambda runtime: runtime.state.policies)

ROUTERS = (
    tokens,
    provider,
    sign_in_pages,
    account,
    external,
    citizens,
    clients,
    terminals,
    names,  # before the one person of an id
    people,
    sessions,
    grants,
    places,
    overview,
    disclosures,
    docs,
    policies_router("/v1/policies/gateway", DESK, PROPOSALS),
    *routers_of("gateway", PROPOSALS),
)

UPKEEP_SECONDS = 60.0


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service; settings come from the environment unless given."""
    chosen = settings or Settings()
    own_keys = {"jwks": None, "jwks_url": None}  # they are at hand: nothing is to be fetched from oneself
    service = Service(
        name="gateway",
        title="Unified Card: clients, tokens and enrolment",
        description="Who may call and with which key; what all services know of a card; the documentation.",
        settings=chosen.model_copy(update=own_keys),
        routers=ROUTERS,
        reactions=reactions,
        refreshers=[Periodic("signing_keys", keep_keys, chosen.gateway_key_poll_seconds), FRESH],
        workers=[
            Periodic("clients_ending", count_ending, EVERY_SECONDS),
            Periodic("terminal_uses", forget_uses, FORGET_EVERY_SECONDS),
            expiry(PROPOSALS),
            RETENTION.job(),
            Periodic("sign_in_upkeep", forget_old, UPKEEP_SECONDS),
            Periodic("notices", tell, EVERY_SECONDS_BETWEEN_NOTICES),
            Periodic("people", keep_people, chosen.people_upkeep_seconds),
        ],
        lifespan=lifespan,
        held=HELD,
        openapi_url=None,  # the merged document has its place
    )
    app = chassis_app.create_app(service)
    app.add_exception_handler(Expired, on_expired)
    app.add_route(SWALLOW, swallow, ["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    return app
