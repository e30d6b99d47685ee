"""The one table of the whole API: who answers, who may call, how often, how long and how much.

`edge` writes Envoy's configuration from it; a contract test compares it with the services' OpenAPI.
Scopes are alternatives (any one of them suffices) and the services check them again. No scope means public.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final


class Upstream(StrEnum):
    """A service the edge forwards to: the name of its Envoy cluster and of its address in the settings."""

    GATEWAY = "gateway"
    CARD = "card"
    SUPPLY = "supply"
    HEALTH = "health"
    PAYMENT = "payment"
    NOTIFY = "notify"


class Rate(StrEnum):
    """A class of calls with a bucket of its own for each client (TOKEN and PUBLIC: for each address)."""

    SALE = "sale"  # what a terminal does while the citizen waits
    STANDARD = "standard"
    BULK = "bulk"  # calls that start minutes of work
    TOKEN = "token"  # noqa: S105 - credentials are checked here: no client is known yet
    PUBLIC = "public"

    @property
    def by_address(self) -> bool:
        """Whether the bucket belongs to the caller's address, because no token has said who calls."""
        return self in {Rate.TOKEN, Rate.PUBLIC}


class Retry(StrEnum):
    """When the edge may send a request again after the connection failed before any answer."""

    NEVER = "never"
    ALWAYS = "always"  # reading changes nothing
    KEYED = "keyed"  # only with an Idempotency-Key: the service recognises the repeat


MIB: Final = 1024 * 1024
_PARAMETER = re.compile(r"\{[a-z_]+\}")


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path; `deadline` in seconds, `body` in bytes, `hot` ones are matched before the rest."""

    method: str
    path: str
    upstream: Upstream
    scopes: tuple[str, ...]
    rate: Rate
    deadline: float
    body: int
    retry: Retry
    hot: bool

    @property
    def name(self) -> str:
        """How logs and metrics call it."""
        return f"{self.method} {self.path}"

    @property
    def public(self) -> bool:
        """Whether anyone may call it without a token."""
        return not self.scopes

    @property
    def pattern(self) -> str | None:
        """The path as a regular expression, None where it has no parameter."""
        pieces = _PARAMETER.split(self.path)
        return "[^/]+".join(piece.replace(".", r"\.") for piece in pieces) if len(pieces) > 1 else None


def _route(
    name: str,
    upstream: Upstream,
    *scopes: str,
    rate: Rate = Rate.STANDARD,
    deadline: float = 10.0,
    body: int = MIB,
    keyed: bool = True,
    hot: bool = False,
) -> Route:
    """A row of the table. `keyed`: the mutation carries an Idempotency-Key, so that it may be retried."""
    method, path = name.split(" ")
    retry = Retry.ALWAYS if method == "GET" else Retry.KEYED if keyed else Retry.NEVER
    return Route(method, path, upstream, scopes, rate, deadline, body, retry, hot)


def _operations(upstream: Upstream) -> Iterator[Route]:
    """What the chassis adds to every service."""
    parked = f"/v1/operations/{upstream}/parked-events"
    yield _route(f"PUT /v1/training/clock/{upstream}", upstream, "training:clock", keyed=False)
    yield _route(f"GET {parked}", upstream, "operations:read", "operations:write")
    yield _route(f"POST {parked}/{{parked_id}}/replay", upstream, "operations:write")
    yield _route(f"POST {parked}/{{parked_id}}/discard", upstream, "operations:write")
    republish = f"POST /v1/operations/{upstream}/republish"
    yield _route(republish, upstream, "operations:write", rate=Rate.BULK, deadline=60)


def _gateway() -> Iterator[Route]:
    to = Upstream.GATEWAY
    yield _route("POST /oauth/token", to, rate=Rate.TOKEN, deadline=5, body=64 * 1024, keyed=False)
    yield _route("GET /.well-known/jwks.json", to, rate=Rate.PUBLIC, deadline=5)
    yield _route("GET /openapi.json", to, rate=Rate.PUBLIC)
    yield _route("GET /docs", to, rate=Rate.PUBLIC)
    yield _route("GET /docs/{asset}", to, rate=Rate.PUBLIC)
    yield _route("GET /problems/{code}", to, rate=Rate.PUBLIC)
    yield _route("POST /v1/clients", to, "clients:write")
    yield _route("GET /v1/clients", to, "clients:read", "clients:write")
    yield _route("PUT /v1/clients/{client_id}/scopes", to, "clients:write")
    yield _route("POST /v1/clients/{client_id}/suspension", to, "clients:write")
    yield _route("DELETE /v1/clients/{client_id}/suspension", to, "clients:write")
    yield _route("POST /v1/enrolment-codes", to, "terminals:enrol")
    yield _route("POST /v1/enrolments", to, rate=Rate.TOKEN, body=64 * 1024, keyed=False)
    yield _route("POST /v1/signing-keys", to, "keys:rotate")
    yield _route("GET /v1/overview/{card_id}", to, "overview:read", deadline=5)


def _citizens() -> Iterator[Route]:
    to = Upstream.CARD
    read = ("citizens:read", "citizens:write")
    imports = ("citizens:import",)
    yield _route("POST /v1/imports", to, *imports, rate=Rate.BULK, deadline=60, body=16 * MIB)
    yield _route("GET /v1/imports/{import_id}", to, *imports)
    yield _route("GET /v1/imports/{import_id}/rejections", to, *imports)
    yield _route("POST /v1/households", to, "citizens:write")
    yield _route("GET /v1/households/{household_id}", to, *read)
    yield _route("POST /v1/households/{household_id}/members", to, "citizens:write")
    yield _route("DELETE /v1/households/{household_id}/members/{citizen_id}", to, "citizens:write")
    yield _route("GET /v1/citizens/{citizen_id}", to, *read)
    yield _route("PATCH /v1/citizens/{citizen_id}", to, "citizens:write")
    yield _route("POST /v1/citizens/search", to, *read, keyed=False)
    yield _route("POST /v1/citizens/lookup", to, *read, rate=Rate.BULK, deadline=30, keyed=False)
    yield _route("GET /v1/citizens/{citizen_id}/accesses", to, *read)


def _rollout() -> Iterator[Route]:
    to = Upstream.CARD
    read = ("rollout:read", "rollout:write")
    sites = ("sites:read", "sites:write", "rollout:write", "cards:handover", "cards:write")
    yield _route("POST /v1/pickup-sites", to, "sites:write")
    yield _route("GET /v1/pickup-sites", to, *sites)
    yield _route("GET /v1/pickup-sites/{site_id}/appointments", to, "cards:handover", "sites:write")
    yield _route("POST /v1/rollout-phases", to, "rollout:write")
    yield _route("GET /v1/rollout-phases", to, *read)
    yield _route("GET /v1/rollout-phases/{phase_id}", to, *read)
    plans, activations = "/v1/rollout-phases/{phase_id}/pickup-plans", "/v1/rollout-phases/{phase_id}/activations"
    yield _route(f"POST {plans}", to, "rollout:write", rate=Rate.BULK, deadline=30)
    yield _route("GET /v1/pickup-plans/{plan_id}", to, *read)
    yield _route(f"POST {activations}", to, "rollout:write", rate=Rate.BULK, deadline=30)
    yield _route("GET /v1/activations/{activation_id}", to, *read)
    yield _route("POST /v1/rollout-phases/{phase_id}/pause", to, "rollout:write")
    yield _route("POST /v1/rollout-phases/{phase_id}/resumption", to, "rollout:write")


def _cards() -> Iterator[Route]:
    to = Upstream.CARD
    yield _route("POST /v1/cards/search", to, "cards:handover", keyed=False)
    yield _route("POST /v1/cards/{card_id}/handover", to, "cards:handover")
    yield _route("GET /v1/pin-key", to, rate=Rate.PUBLIC)
    yield _route("PUT /v1/cards/{card_id}/pin", to, "cards:handover")
    yield _route("POST /v1/cards/{card_id}/pin-checks", to, "cards:handover", "redemptions:create")
    yield _route("GET /v1/cards/{card_id}", to, "cards:read", "cards:write", "cards:handover")
    yield _route("POST /v1/cards/{card_id}/block", to, "cards:write")
    yield _route("POST /v1/cards/{card_id}/unblock", to, "cards:write")
    yield _route("POST /v1/cards/{card_id}/replacement", to, "cards:write")
    yield _route("PUT /v1/cards/{card_id}/services/{service}", to, "cards:write")
    yield _route("DELETE /v1/cards/{card_id}/services/{service}", to, "cards:write")
    yield _route("GET /v1/cards/{card_id}/credential", to, "cards:read", "cards:handover")
    yield _route("GET /v1/credential-keys", to, rate=Rate.PUBLIC)


def _supply() -> Iterator[Route]:
    to = Upstream.SUPPLY
    sale = Rate.SALE
    terminals = ("terminals:read", "terminals:write")
    yield _route("POST /v1/redemptions", to, "redemptions:create", rate=sale, deadline=5, hot=True)
    yield _route("GET /v1/redemptions/{redemption_id}", to, "redemptions:read", rate=sale, deadline=5)
    yield _route("POST /v1/redemptions/{redemption_id}/reversal", to, "redemptions:create", rate=sale, deadline=5)
    yield _route("GET /v1/entitlements/{card_id}", to, "entitlements:read", rate=sale, deadline=5, hot=True)
    yield _route("GET /v1/catalogue", to, "catalogue:read", "redemptions:create", "policies:read")
    yield _route("POST /v1/offline-batches", to, "redemptions:create", deadline=30)
    yield _route("POST /v1/outlets/{outlet_id}/days/{day}/close", to, "days:close", deadline=30)
    yield _route("GET /v1/outlets/{outlet_id}/days/{day}", to, "days:read", "days:close")
    yield _route("GET /v1/settlements", to, "settlements:read", "days:close")
    yield _route("GET /v1/settlement-totals", to, "settlements:read", rate=Rate.BULK, deadline=60)
    yield _route("GET /v1/outlet-totals", to, "settlements:read", deadline=60)
    yield _route("GET /v1/pot-proof", to, "settlements:read", rate=Rate.BULK, deadline=60)
    yield _route("POST /v1/policies", to, "policies:write")
    yield _route("GET /v1/policies", to, "policies:read", "policies:write", "catalogue:read")
    yield _route("POST /v1/outlets", to, "outlets:write")
    yield _route("GET /v1/outlets", to, "outlets:read", "outlets:write")
    yield _route("GET /v1/outlets/{outlet_id}", to, "outlets:read", "outlets:write")
    yield _route("POST /v1/terminals", to, "terminals:write")
    yield _route("GET /v1/terminals/{terminal_id}", to, *terminals)
    yield _route("POST /v1/terminals/{terminal_id}/suspension", to, "terminals:write")
    yield _route("DELETE /v1/terminals/{terminal_id}/suspension", to, "terminals:write")


def _health() -> Iterator[Route]:
    to = Upstream.HEALTH
    desk = Rate.SALE
    providers, clinics = ("providers:read", "providers:write"), "/v1/clinic-terminals"
    visit = "/v1/encounters/{encounter_id}"
    yield _route("POST /v1/eligibility", to, "eligibility:check", rate=desk, deadline=5, keyed=False)
    yield _route("POST /v1/encounters", to, "encounters:create", rate=desk, deadline=5)
    yield _route(f"GET {visit}", to, "encounters:read", rate=desk, deadline=5)
    yield _route(f"POST {visit}/collection", to, "encounters:create", rate=desk, deadline=5)
    yield _route("POST /v1/contributions", to, "contributions:write")
    yield _route("GET /v1/coverage/{card_id}", to, "coverage:read")
    yield _route("PUT /v1/coverage/{household_id}/exemption", to, "coverage:write")
    yield _route("POST /v1/providers", to, "providers:write")
    yield _route("GET /v1/providers", to, *providers)
    yield _route("GET /v1/providers/{provider_id}", to, *providers)
    yield _route(f"POST {clinics}", to, "providers:write")
    yield _route(f"GET {clinics}/{{terminal_id}}", to, *providers, "terminals:enrol")
    yield _route(f"POST {clinics}/{{terminal_id}}/suspension", to, "providers:write")
    yield _route(f"DELETE {clinics}/{{terminal_id}}/suspension", to, "providers:write")


def _fhir() -> Iterator[Route]:
    to = Upstream.HEALTH
    yield _route("GET /fhir/metadata", to, rate=Rate.PUBLIC)
    yield _route("GET /fhir/Patient/{patient_id}", to, "fhir:read")
    yield _route("GET /fhir/Coverage", to, "fhir:read")
    yield _route("GET /fhir/Coverage/{patient_id}", to, "fhir:read")
    yield _route("POST /fhir/CoverageEligibilityRequest", to, "fhir:read", keyed=False)


def _payments() -> Iterator[Route]:
    to = Upstream.PAYMENT
    sale = Rate.SALE
    hold = "/v1/payments/{payment_id}"
    yield _route("POST /v1/payments/authorizations", to, "payments:create", rate=sale, deadline=5, hot=True)
    yield _route(f"POST {hold}/capture", to, "payments:create", rate=sale, deadline=5)
    yield _route(f"POST {hold}/void", to, "payments:create", rate=sale, deadline=5)
    yield _route(f"POST {hold}/refunds", to, "payments:create", rate=sale, deadline=5)
    yield _route(f"GET {hold}", to, "payments:create", "payments:read", rate=sale, deadline=5)
    yield _route("GET /v1/wallets/{card_id}", to, "wallets:read", rate=sale, deadline=5)
    yield _route("GET /v1/wallets/{card_id}/statement", to, "wallets:read")


def _ledger() -> Iterator[Route]:
    to = Upstream.PAYMENT
    yield _route("POST /v1/transfers", to, "ledger:write", deadline=30, body=2 * MIB)
    yield _route("POST /v1/accounts", to, "ledger:write")
    yield _route("GET /v1/accounts/{account_id}", to, "ledger:read")
    yield _route("GET /v1/ledger-totals", to, "ledger:read", rate=Rate.BULK, deadline=60)
    yield _route("GET /v1/merchant-totals", to, "ledger:read", deadline=60)
    yield _route("GET /v1/ledger-proof", to, "ledger:read", rate=Rate.BULK, deadline=60)


def _payouts() -> Iterator[Route]:
    to = Upstream.PAYMENT
    read = ("payouts:submit", "payouts:approve")
    batch = "/v1/payout-batches/{batch_id}"
    yield _route("POST /v1/payout-batches", to, "payouts:submit")
    yield _route(f"POST {batch}/items", to, "payouts:submit", rate=Rate.BULK, deadline=60, body=16 * MIB)
    yield _route(f"POST {batch}/submission", to, "payouts:submit", deadline=30)
    yield _route(f"POST {batch}/approval", to, "payouts:approve", deadline=30)
    yield _route(f"POST {batch}/cancellation", to, *read, deadline=30)
    yield _route(f"GET {batch}", to, *read)
    yield _route(f"GET {batch}/items", to, *read)


def _notify() -> Iterator[Route]:
    to = Upstream.NOTIFY
    yield _route("GET /v1/messages", to, "messages:read")
    yield _route("GET /v1/messages/{message_id}", to, "messages:read")
    yield _route("GET /v1/message-statistics", to, "messages:read")
    yield _route("GET /v1/templates", to, "messages:read")
    yield _route("POST /v1/delivery-receipts", to, "messages:report")
    yield _route("POST /v1/inbound-messages", to, "messages:report")


def _table() -> Iterator[Route]:
    for part in (
        _gateway, _citizens, _rollout, _cards, _supply, _health, _fhir, _payments, _ledger, _payouts, _notify,
    ):  # fmt: skip
        yield from part()
    for upstream in Upstream:
        yield from _operations(upstream)


ROUTES: Final = tuple(_table())


def scopes() -> frozenset[str]:
    """Every scope that opens some route: what a client may be given."""
    return frozenset(scope for route in ROUTES for scope in route.scopes)


def by_path(routes: Iterable[Route] = ROUTES) -> list[tuple[str, list[Route]]]:
    """The routes grouped by path in the order they must be tried: hot paths first, fixed words before parameters."""

    def order(route: Route) -> list[tuple[bool, str]]:
        return [(segment.startswith("{"), segment) for segment in route.path.split("/")]

    groups = [(path, list(same)) for path, same in groupby(sorted(routes, key=order), lambda route: route.path)]
    return sorted(groups, key=lambda group: not any(route.hot for route in group[1]))
