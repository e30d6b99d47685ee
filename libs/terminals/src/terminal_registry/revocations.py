"""Whoever is suspended anywhere, API client or terminal of any kind, is refused in this service."""

from __future__ import annotations

from chassis.reactions import R, Reactions
from chassis.revocations import revocation_reactions
from contracts.gateway import ClientReinstated, ClientSuspended
from terminal_registry.kinds import KINDS, TERMINAL

_CLIENT = "client_id"


def follow_revocations(reactions: Reactions[R]) -> None:
    """Let suspensions of clients and terminals reach this service, and what ends them."""
    revocation_reactions(
        reactions,
        suspended={ClientSuspended: _CLIENT, **{kind.suspended: TERMINAL for kind in KINDS}},
        reinstated={ClientReinstated: _CLIENT, **{kind.reinstated: TERMINAL for kind in KINDS}},
    )
