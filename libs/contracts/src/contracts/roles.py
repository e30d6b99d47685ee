"""Who may do what: the scopes of every API client, of every kind of terminal and, by `PEOPLE`, of every role of people.

The tables of clients and terminals are here, the one of people with what else a role has is in `contracts.people`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from contracts.people import PEOPLE
from contracts.scopes import Scope

__all__ = ["CLIENTS", "PEOPLE", "TERMINALS"]

# The clients an installation begins with, by the role that is also their id.
CLIENTS: Final[Mapping[str, tuple[Scope, ...]]] = MappingProxyType(
    {
        "ministry": (
            Scope.CITIZENS_IMPORT,
            Scope.CITIZENS_READ,
            Scope.CITIZENS_WRITE,
            Scope.SITES_WRITE,
            Scope.ROLLOUT_WRITE,
            Scope.CARDS_READ,
            Scope.CARDS_WRITE,
            Scope.POLICIES_WRITE,
            Scope.OUTLETS_WRITE,
            Scope.TERMINALS_WRITE,
            Scope.TERMINALS_ENROL,
            Scope.ENTITLEMENTS_READ,
            Scope.DAYS_READ,
            Scope.MESSAGES_READ,
            Scope.WALLETS_READ,
            Scope.LEDGER_READ,
            Scope.COVERAGE_READ,
            Scope.OVERVIEW_READ,
        ),
        "reconciliation": (Scope.SETTLEMENTS_READ, Scope.LEDGER_READ),
        "health-authority": (
            Scope.PROVIDERS_WRITE,
            Scope.TERMINALS_ENROL,
            Scope.CONTRIBUTIONS_WRITE,
            Scope.COVERAGE_READ,
            Scope.COVERAGE_WRITE,
            Scope.FHIR_READ,
        ),
        # May do both, but never both with the same batch: that is for the ledger to refuse.
        "pension-authority": (Scope.PAYOUTS_SUBMIT, Scope.PAYOUTS_APPROVE),
        "pension-approver": (Scope.PAYOUTS_APPROVE,),
        "sms-provider": (Scope.MESSAGES_REPORT,),
        "operations": (
            Scope.OPERATIONS_READ,
            Scope.OPERATIONS_WRITE,
            Scope.TRAINING_CLOCK,
            Scope.CLIENTS_READ,
            Scope.CLIENTS_WRITE,
            Scope.KEYS_ROTATE,
            Scope.MESSAGES_READ,
            Scope.OVERVIEW_READ,
        ),
        "counter": (Scope.CARDS_HANDOVER,),
    }
)

_SELLS: Final = frozenset(
    {Scope.REDEMPTIONS_CREATE, Scope.REDEMPTIONS_READ, Scope.ENTITLEMENTS_READ, Scope.DAYS_CLOSE, Scope.CATALOGUE_READ}
)
# Where goods beyond the allowance are sold, the card's wallet pays for them; a bakery sells nothing but bread.
_TAKES_PAYMENTS: Final = _SELLS | {Scope.PAYMENTS_CREATE, Scope.WALLETS_READ}

# What a terminal may do, by the kind of the place it stands in; one of another kind may do nothing.
TERMINALS: Final[Mapping[str, frozenset[Scope]]] = MappingProxyType(
    {
        "bakery": _SELLS,
        "grocer": _TAKES_PAYMENTS,
        "gameaty": _TAKES_PAYMENTS,
        "complex": _TAKES_PAYMENTS,
        # Where care is given: nothing of rations or payments, as those terminals see nothing of health.
        "clinic": frozenset({Scope.ELIGIBILITY_CHECK, Scope.ENCOUNTERS_CREATE, Scope.ENCOUNTERS_READ}),
    }
)
