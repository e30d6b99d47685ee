"""Whoever is suspended anywhere, client, terminal or person, is refused in this service; so are ended sign-ins."""

from __future__ import annotations

from chassis.reactions import R, Reactions
from chassis.revocations import revocation_reactions
from contracts.gateway import ClientReinstated, ClientSuspended, PersonReinstated, PersonSuspended, SessionEnded
from terminal_registry.kinds import KINDS, TERMINAL

_CLIENT = "{client_id}"
_PERSON = "person:{person_id}"
_SESSION = "sid:{session_id}"
_TERMINAL = f"{{{TERMINAL}}}"


def follow_revocations(reactions: Reactions[R]) -> None:
    """Let suspensions of clients, terminals and people reach this service, what ends them, and ends of sessions."""
    revocation_reactions(
        reactions,
        suspended={
            ClientSuspended: _CLIENT,
            PersonSuspended: _PERSON,
            SessionEnded: _SESSION,
            **{kind.suspended: _TERMINAL for kind in KINDS},
        },
        reinstated={
            ClientReinstated: _CLIENT,
            PersonReinstated: _PERSON,
            **{kind.reinstated: _TERMINAL for kind in KINDS},
        },
    )
