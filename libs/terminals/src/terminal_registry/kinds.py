"""The kinds of places where terminals stand, each with the events that tell of its terminals."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from contracts.event import Event
from contracts.health import (
    ClinicTerminalRegistered,
    ClinicTerminalReinstated,
    ClinicTerminalRestated,
    ClinicTerminalSuspended,
)
from contracts.restated import Restated
from contracts.supply import TerminalRegistered, TerminalReinstated, TerminalRestated, TerminalSuspended

TERMINAL = "terminal_id"


@dataclass(frozen=True)
class Kind:
    """A kind of place. `place` is the field of events, requests and rows that holds the place's id.

    `restated`: the event that tells a terminal again as it is, where the owner can (`terminal_registry.restated`).
    `terminals`: what all terminals of the kind are known as at the gateway, which grants their scopes by it; None where
    each place has a kind of its own and the event of the registration says it. `responsible`: the authority whose
    terminals they are where the registration does not say one.
    """

    place: str
    registered: type[Event]
    suspended: type[Event]
    reinstated: type[Event]
    restated: type[Restated] | None = None
    terminals: str | None = None
    responsible: str = "ministry"


OUTLETS = Kind("outlet_id", TerminalRegistered, TerminalSuspended, TerminalReinstated, TerminalRestated)
CLINICS = Kind(
    "provider_id",
    ClinicTerminalRegistered,
    ClinicTerminalSuspended,
    ClinicTerminalReinstated,
    ClinicTerminalRestated,
    terminals="clinic",
    responsible="health-authority",
)
KINDS = (OUTLETS, CLINICS)


@dataclass(frozen=True)
class Registration:
    """A terminal as every event of a registration tells of it."""

    terminal_id: UUID
    place_id: UUID
    kind: str
    governorate: str
    authority: str


def registration(kind: Kind, event: Event) -> Registration:
    """What an event of a registration of this kind says, or one that tells a terminal again."""
    told = event.model_dump()
    known_as, authority = kind.terminals or told["kind"], told["authority"] or kind.responsible
    return Registration(told[TERMINAL], told[kind.place], known_as, told["governorate"], authority)
