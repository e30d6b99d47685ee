"""API clients: which an installation begins with, and which scopes an authority's clients may be given at all.

Nobody grants more than these tables let them, whatever they hold themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from contracts.scopes import Scope

NATION: Final = "*"  # a client that is bound to no governorate must say so


class Owner(StrEnum):
    """The authority that answers for a client: the claim `org` of the client's tokens."""

    MINISTRY = "ministry"  # of supply: the central authority, which runs the installation and manages all clients
    FINANCE = "finance-ministry"
    HEALTH = "health-authority"
    PENSIONS = "pension-authority"


@dataclass(frozen=True)
class ClientRole:
    """A client an installation begins with: who answers for it, what for, with which scopes."""

    owner: Owner
    purpose: str
    scopes: tuple[Scope, ...]


# By the role that is also the client's id. `counter` is a pattern: each counter has a client of its own.
ROLES: Final[Mapping[str, ClientRole]] = MappingProxyType(
    {
        "registry": ClientRole(
            Owner.MINISTRY,
            "The register of households: imports, corrections",
            (
                Scope.CITIZENS_IMPORT,
                Scope.CITIZENS_READ,
                Scope.CITIZENS_WRITE,
                Scope.REQUESTS_WRITE,
                Scope.FLOUR_CHOICES_WRITE,
            ),
        ),
        "cards": ClientRole(
            Owner.MINISTRY,
            "Roll-out, pick-up sites and the life of cards; what a card's holder asks about it",
            (
                Scope.SITES_WRITE,
                Scope.ROLLOUT_WRITE,
                Scope.CARDS_READ,
                Scope.CARDS_WRITE,
                Scope.ENTITLEMENTS_READ,
                Scope.WALLETS_READ,
                Scope.COVERAGE_READ,
                Scope.OVERVIEW_READ,
            ),
        ),
        "outlets": ClientRole(
            Owner.MINISTRY,
            "Outlets, their terminals and business days",
            (
                Scope.OUTLETS_WRITE,
                Scope.TERMINALS_WRITE,
                Scope.TERMINALS_ENROL,
                Scope.DAYS_READ,
                Scope.LEGACY_DRAWS_WRITE,
                Scope.FLOUR_DELIVERIES_WRITE,
            ),
        ),
        "policies": ClientRole(Owner.MINISTRY, "Prices, allowances and limits by date", (Scope.POLICIES_WRITE,)),
        "messages": ClientRole(
            Owner.MINISTRY,
            "What citizens were told",
            (
                Scope.MESSAGES_READ,
                Scope.COMPLAINTS_ENTER,
                Scope.COMPLAINTS_ANSWER,
            ),
        ),
        "reconciliation": ClientRole(
            Owner.FINANCE, "Settlements held against the ledger", (Scope.SETTLEMENTS_READ, Scope.LEDGER_READ)
        ),
        "health-authority": ClientRole(
            Owner.HEALTH,
            "Providers of care, contributions and cover",
            (
                Scope.PROVIDERS_WRITE,
                Scope.TERMINALS_ENROL,
                Scope.CONTRIBUTIONS_WRITE,
                Scope.COVERAGE_READ,
                Scope.COVERAGE_WRITE,
                Scope.FHIR_READ,
            ),
        ),
        # Its batches are approved by people.
        "pension-authority": ClientRole(
            Owner.PENSIONS, "Batches of payouts", (Scope.PAYOUTS_SUBMIT, Scope.PAYEES_RESOLVE)
        ),
        "treasury": ClientRole(
            Owner.FINANCE, "Money for the funds that pensions and benefits are paid from", (Scope.FUNDS_WRITE,)
        ),
        "sms-provider": ClientRole(Owner.MINISTRY, "Delivery reports and citizens' messages", (Scope.MESSAGES_REPORT,)),
        "operations": ClientRole(
            Owner.MINISTRY,
            "The operations room",
            (
                Scope.OPERATIONS_READ,
                Scope.OPERATIONS_WRITE,
                Scope.TRAINING_CLOCK,
                Scope.CLIENTS_READ,
                Scope.CLIENTS_WRITE,
                Scope.KEYS_ROTATE,
            ),
        ),
        "counter": ClientRole(
            Owner.MINISTRY, "Hand-over of cards at one counter", (Scope.CARDS_HANDOVER, Scope.STOCK_COUNT)
        ),
    }
)

# What decides about another's request, which is a person's alone: no client is given it, none keeps it.
DECIDING: Final[frozenset[str]] = frozenset(scope for scope in Scope if scope.endswith((":approve", ":decide")))

# What gives others their rights, or mends the system itself: whoever has it sees no citizen and moves no money.
ADMINISTERS: Final[frozenset[str]] = frozenset({Scope.CLIENTS_WRITE, Scope.KEYS_ROTATE})
_DATA: Final = (
    "citizens:", "requests:", "cards:", "production:", "wallets:", "ledger:", "payouts:", "payments:", "coverage:",
    "entitlements:", "flour-choices:",
)  # fmt: skip

# What the client that sets an installation up may do: make the others. It sees no citizen and moves nothing.
BOOTSTRAP: Final = (Scope.CLIENTS_READ, Scope.CLIENTS_WRITE)

# What clients may be given, by who answers for them. Selling, paying and giving care is for terminals alone.
GRANTABLE: Final[Mapping[str, frozenset[Scope]]] = MappingProxyType(
    {
        Owner.MINISTRY: frozenset(
            {
                Scope.CITIZENS_READ, Scope.CITIZENS_WRITE, Scope.CITIZENS_IMPORT, Scope.SITES_READ, Scope.SITES_WRITE,
                Scope.ROLLOUT_READ, Scope.ROLLOUT_WRITE, Scope.CARDS_READ, Scope.CARDS_WRITE, Scope.CARDS_HANDOVER,
                Scope.CARDS_REPORT, Scope.CARDS_PRINT, Scope.PRODUCTION_WRITE, Scope.STOCK_DISPATCH,
                Scope.STOCK_COUNT,
                Scope.REDEMPTIONS_READ, Scope.ENTITLEMENTS_READ, Scope.CATALOGUE_READ, Scope.DAYS_READ,
                Scope.SETTLEMENTS_READ, Scope.POLICIES_READ, Scope.POLICIES_WRITE, Scope.OUTLETS_READ,
                Scope.OUTLETS_WRITE, Scope.TERMINALS_READ, Scope.TERMINALS_WRITE, Scope.TERMINALS_ENROL,
                Scope.LEGACY_DRAWS_WRITE, Scope.COVERAGE_READ, Scope.WALLETS_READ, Scope.MESSAGES_READ,
                Scope.MESSAGES_REPORT, Scope.OVERVIEW_READ, Scope.OPERATIONS_READ, Scope.OPERATIONS_WRITE,
                Scope.TRAINING_CLOCK, Scope.CLIENTS_READ, Scope.CLIENTS_WRITE, Scope.KEYS_ROTATE,
                Scope.REQUESTS_READ, Scope.REQUESTS_WRITE, Scope.FLOUR_CHOICES_WRITE, Scope.FLOUR_DELIVERIES_WRITE,
                Scope.COMPLAINTS_ENTER, Scope.COMPLAINTS_ANSWER,
            }
        ),
        Owner.FINANCE: frozenset(
            {
                Scope.SETTLEMENTS_READ, Scope.LEDGER_READ, Scope.LEDGER_WRITE, Scope.DAYS_READ, Scope.PAYMENTS_READ,
                Scope.WALLETS_READ, Scope.FUNDS_WRITE,
            }
        ),
        Owner.HEALTH: frozenset(
            {
                Scope.PROVIDERS_READ, Scope.PROVIDERS_WRITE, Scope.TERMINALS_ENROL, Scope.CONTRIBUTIONS_WRITE,
                Scope.COVERAGE_READ, Scope.COVERAGE_WRITE, Scope.FHIR_READ,
            }
        ),
        Owner.PENSIONS: frozenset({Scope.PAYOUTS_SUBMIT, Scope.PAYEES_RESOLVE, Scope.CITIZENS_READ}),
    }
)  # fmt: skip


def beyond(owner: str, scopes: Iterable[str]) -> list[str]:
    """Which of the scopes a client of this owner may not be given together."""
    wanted = frozenset(scopes)
    refused = wanted - (GRANTABLE.get(owner, frozenset[Scope]()) - DECIDING)
    if wanted & ADMINISTERS:
        refused |= {scope for scope in wanted if scope.startswith(_DATA)}
    return sorted(refused)
