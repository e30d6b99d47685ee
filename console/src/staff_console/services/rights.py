"""Which rights propose and decide at which service: where a page asks at all. What somebody may, the service judges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from contracts.scopes import Scope
from staff_console.services.client import NAMES, Name

_OPERATIONS = frozenset({Scope.POLICIES_APPROVE, Scope.OPERATIONS_APPROVE})
DECIDES: Final[Mapping[Name, frozenset[Scope]]] = {
    "gateway": _OPERATIONS | {Scope.CLIENTS_APPROVE, Scope.KEYS_APPROVE, Scope.PRIVACY_WRITE},
    "card": _OPERATIONS
    | {Scope.ROLLOUT_APPROVE, Scope.PRODUCTION_APPROVE, Scope.PRIVACY_WRITE, Scope.REQUESTS_APPROVE},
    "supply": _OPERATIONS | {Scope.DISPUTES_APPROVE, Scope.SHEETS_APPROVE},
    "health": _OPERATIONS | {Scope.COVERAGE_WRITE},
    "payment": _OPERATIONS | {Scope.FUNDS_APPROVE, Scope.PAYOUTS_APPROVE},
    "notify": _OPERATIONS | {Scope.CAMPAIGNS_APPROVE},
}
_PROPOSES = frozenset({Scope.POLICIES_WRITE, Scope.OPERATIONS_WRITE})
PROPOSES: Final[Mapping[Name, frozenset[Scope]]] = {
    "gateway": _PROPOSES | {Scope.CLIENTS_WRITE, Scope.KEYS_ROTATE, Scope.PRIVACY_WRITE},
    "card": _PROPOSES | {Scope.ROLLOUT_WRITE, Scope.PRODUCTION_WRITE, Scope.PRIVACY_ASK, Scope.CARDS_HANDOVER},
    "supply": _PROPOSES | {Scope.DISPUTES_WRITE, Scope.SHEETS_WRITE},
    "health": _PROPOSES | {Scope.CONTRIBUTIONS_WRITE, Scope.COVERAGE_WRITE},
    "payment": _PROPOSES | {Scope.FUNDS_WRITE, Scope.PAYOUTS_SUBMIT},
    "notify": _PROPOSES | {Scope.CAMPAIGNS_WRITE},
}
# What counters propose is followed where it is made, and batches of payouts have a part of their own: these alone
# ask for no proposals.
_APART: Final = {Scope.CARDS_HANDOVER, Scope.PRIVACY_ASK, Scope.PAYOUTS_SUBMIT, Scope.PAYOUTS_APPROVE}


def sees(name: Name) -> frozenset[Scope]:
    """The rights that open the proposals of a service in the inbox."""
    return (DECIDES[name] | PROPOSES[name]) - _APART


OPENS: Final[frozenset[Scope]] = frozenset(
    {Scope.GRANTS_DECIDE, Scope.PAYOUTS_APPROVE, *(scope for name in NAMES for scope in sees(name))}
)
