"""What a token says of its holder. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from api_gateway.clients.models import UNASSIGNED, Client
from api_gateway.terminals.models import Terminal
from api_gateway.tokens.errors import ScopeRefused
from contracts.clients import DECIDING
from contracts.roles import SUSPENDED
from contracts.scopes import Scope


@dataclass(frozen=True)
class Grant:
    """Someone who proved who they are, and what they may do."""

    subject: str
    kind: Literal["client", "terminal"]
    scopes: frozenset[str]
    governorate: str | None
    outlet_id: UUID | None = None
    site_id: UUID | None = None
    authority: str | None = None

    def narrowed(self, wanted: frozenset[str] | None) -> Grant:
        """The grant with only the wanted scopes, all where None. Raises ScopeRefused for more than there are."""
        if wanted is None:
            return self
        if beyond := wanted - self.scopes:
            raise ScopeRefused(f"Not granted to this client: {' '.join(sorted(beyond))}.")
        return replace(self, scopes=wanted)

    @property
    def scope(self) -> str:
        """The scopes as a token carries them."""
        return " ".join(sorted(self.scopes))

    def claims(self, jti: str) -> dict[str, str]:
        """The token's claims about its holder; those without a value are left out."""
        bounds = {
            "gov": self.governorate,
            "outlet": self.outlet_id,
            "site": self.site_id,
            "org": self.authority,
        }
        claims = {"sub": self.subject, "jti": jti, "scope": self.scope, "kind": self.kind}
        return claims | {name: str(value) for name, value in bounds.items() if value is not None}


def of_client(client: Client) -> Grant:
    """What an API client may do; what decides about others' requests is a person's, whatever is written of it."""
    return Grant(
        client.client_id,
        "client",
        frozenset(client.scopes) - DECIDING,
        client.governorate,
        site_id=client.site_id,
        authority=None if client.owner == UNASSIGNED else client.owner,
    )


def of_terminal(terminal: Terminal) -> Grant:
    """What a terminal may do."""
    return Grant(
        str(terminal.terminal_id), "terminal", terminal.scopes, terminal.governorate, outlet_id=terminal.outlet_id
    )


def of_suspended(terminal: Terminal, wanted: frozenset[str] | None) -> Grant | None:
    """What a suspended terminal may do, where it asks for just that: upload what it had sold before. None: nothing."""
    if wanted != SUSPENDED or Scope.REDEMPTIONS_CREATE not in terminal.scopes:
        return None
    return replace(of_terminal(terminal), scopes=SUSPENDED)
