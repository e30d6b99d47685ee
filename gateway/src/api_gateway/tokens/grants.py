"""What a token says of its holder. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from api_gateway.clients.models import Client
from api_gateway.terminals.models import Terminal
from api_gateway.tokens.errors import ScopeRefused

TERMINAL_SCOPES = frozenset(
    {"redemptions:create", "redemptions:read", "entitlements:read", "days:close", "catalogue:read"}
)
# Where goods beyond the allowance are sold, the card's wallet pays for them; a bakery sells nothing but bread.
WALLET_SCOPES = frozenset({"payments:create", "wallets:read"})
WALLET_KINDS = frozenset({"grocer", "gameaty", "complex"})
SUPPLY_KINDS = WALLET_KINDS | {"bakery"}
# Where care is given: nothing of rations or payments, as those terminals see nothing of health.
HEALTH_SCOPES = frozenset({"eligibility:check", "encounters:create", "encounters:read"})
CLINIC = "clinic"


@dataclass(frozen=True)
class Grant:
    """Someone who proved who they are, and what they may do."""

    subject: str
    kind: Literal["client", "terminal"]
    scopes: frozenset[str]
    governorate: str | None
    outlet_id: UUID | None = None
    site_id: UUID | None = None

    def narrowed(self, wanted: frozenset[str] | None) -> Grant:
        """The grant with only the wanted scopes, all where None. Raises ScopeRefused for more than there are."""
        if wanted is None:
            return self
        if beyond := wanted - self.scopes:
            raise ScopeRefused(f"Not granted to this client: {' '.join(sorted(beyond))}.")
        return Grant(self.subject, self.kind, wanted, self.governorate, self.outlet_id, self.site_id)

    @property
    def scope(self) -> str:
        """The scopes as a token carries them."""
        return " ".join(sorted(self.scopes))

    def claims(self, jti: str) -> dict[str, str]:
        """The token's claims about its holder; those without a value are left out."""
        bounds = {"gov": self.governorate, "outlet": self.outlet_id, "site": self.site_id}
        claims = {"sub": self.subject, "jti": jti, "scope": self.scope, "kind": self.kind}
        return claims | {name: str(value) for name, value in bounds.items() if value is not None}


def of_client(client: Client) -> Grant:
    """What an API client may do."""
    return Grant(client.client_id, "client", frozenset(client.scopes), client.governorate, site_id=client.site_id)


def of_terminal(terminal: Terminal) -> Grant:
    """What a terminal may do: selling where its outlet is of the supply programme, care at a clinic, nothing else."""
    scopes = frozenset[str]()
    if terminal.kind in SUPPLY_KINDS:
        scopes |= TERMINAL_SCOPES
    if terminal.kind in WALLET_KINDS:
        scopes |= WALLET_SCOPES
    if terminal.kind == CLINIC:
        scopes |= HEALTH_SCOPES
    return Grant(str(terminal.terminal_id), "terminal", scopes, terminal.governorate, outlet_id=terminal.outlet_id)
