"""Who may do what: the scopes of every API client, of every kind of terminal and, by `PEOPLE`, of every role of people.

The table of terminals is here; those of clients and of people, with what else belongs to them, are in
`contracts.clients` and `contracts.people`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from contracts.clients import ROLES
from contracts.people import PEOPLE
from contracts.scopes import Scope

__all__ = ["CLIENTS", "PEOPLE", "SUSPENDED", "TERMINALS"]

# The scopes of the clients an installation begins with, by the role that is also their id.
CLIENTS: Final[Mapping[str, tuple[Scope, ...]]] = MappingProxyType(
    {role: client.scopes for role, client in ROLES.items()}
)

_SELLS: Final = frozenset(
    {Scope.REDEMPTIONS_CREATE, Scope.REDEMPTIONS_READ, Scope.ENTITLEMENTS_READ, Scope.DAYS_CLOSE, Scope.CATALOGUE_READ}
)
# Where goods beyond the allowance are sold, the card's wallet pays for them; a bakery sells nothing but bread, a depot
# nothing but flour. A hold says whether it has enough: no terminal sees what is in it.
_TAKES_PAYMENTS: Final = _SELLS | {Scope.PAYMENTS_CREATE}

# What a terminal may do, by the kind of the place it stands in; one of another kind may do nothing.
TERMINALS: Final[Mapping[str, frozenset[Scope]]] = MappingProxyType(
    {
        "bakery": _SELLS,
        "grocer": _TAKES_PAYMENTS,
        "gameaty": _TAKES_PAYMENTS,
        "complex": _TAKES_PAYMENTS,
        "depot": _SELLS,
        # Where care is given: nothing of rations or payments, as those terminals see nothing of health.
        "clinic": frozenset({Scope.ELIGIBILITY_CHECK, Scope.ENCOUNTERS_CREATE, Scope.ENCOUNTERS_READ}),
    }
)

# What is left to one that sells while it is suspended: what it had sold without a network before is not lost.
SUSPENDED: Final = frozenset({Scope.REDEMPTIONS_LATE})
