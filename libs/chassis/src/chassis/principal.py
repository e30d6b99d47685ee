"""The authenticated caller (principal): machine, person or citizen, and who is accountable for what it does (actor)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final
from uuid import UUID

import orjson

from chassis.area import Bound


class CallerKind(StrEnum):
    """What a caller is, as its token says in `kind`."""

    CLIENT = "client"  # a system that calls the API
    TERMINAL = "terminal"
    PERSON = "person"  # someone who works with the system
    CITIZEN = "citizen"  # a cardholder, who sees what is about themselves


# Subjects of people and citizens carry their kind, so that they are no client's id and no terminal's.
PREFIXES: Final = {CallerKind.PERSON: "person:", CallerKind.CITIZEN: "citizen:"}

# Authentication context classes: one factor; two factors, or a passkey that has verified its user; a key in hardware.
AAL1: Final = "urn:unicard:aal1"
AAL2: Final = "urn:unicard:aal2"
AAL3: Final = "urn:unicard:aal3"
STRONG: Final = frozenset({AAL2, AAL3})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is accountable for an act, as records keep it.

    `who`: the subject (`person:…`, `citizen:…`, a terminal's or a client's id); `through`: the client a person or
    citizen uses; `office`: the authority acted for; `session`: the sign-in it belongs to.
    """

    who: str
    through: str | None = None
    office: str | None = None
    session: str | None = None


@dataclass(frozen=True)
class Principal:
    """A verified caller. A terminal's `subject` is its terminal id; a person's is `person:` and the person's id.

    People and citizens have besides: `client_id` through which they came, `session_id`, `roles`, the class `acr` of
    their sign-in and when it was (`signed_in_at`, seconds since 1970), and as `grantors` the subjects who asked for or
    decided the grants of their roles: who made a proposal has not chosen its decider.
    """

    subject: str
    kind: CallerKind
    scopes: frozenset[str]
    bound: Bound
    client_id: str | None = None
    session_id: str | None = None
    roles: tuple[str, ...] = ()
    grantors: frozenset[str] = frozenset()
    acr: str | None = None
    signed_in_at: float | None = None

    @cached_property
    def terminal_id(self) -> UUID:
        """The terminal's id. Raises ValueError for a caller that is no terminal."""
        if self.kind is not CallerKind.TERMINAL:
            raise ValueError("not a terminal")
        return UUID(self.subject)

    @cached_property
    def person_id(self) -> UUID:
        """The person's or citizen's id. Raises ValueError for a machine."""
        if self.kind not in PREFIXES:
            raise ValueError("not a person")
        return UUID(self.subject.removeprefix(PREFIXES[self.kind]))

    @property
    def actor(self) -> Actor:
        """Who is accountable for what this caller does."""
        return Actor(self.subject, self.client_id, self.bound.authority, self.session_id)

    @cached_property
    def acting(self) -> str:
        """Who acts, as a JSON object for what keeps its own record: once for each token, since sales are many.

        Members: `who`, `kind`, `through`, `session`, and as `office` the authority, or where a terminal or counter is.
        """
        bound, actor = self.bound, self.actor
        place = bound.outlet_id or bound.provider_id or bound.site_id
        office = actor.office or (str(place) if place else None)
        members = {"who": actor.who, "kind": self.kind.value, "through": actor.through, "session": actor.session}
        return orjson.dumps({n: v for n, v in (members | {"office": office}).items() if v is not None}).decode()

    @property
    def marks(self) -> tuple[str, ...]:
        """By which names this caller may be suspended: its subject, and its session as `sid:…`."""
        return (self.subject,) if self.session_id is None else (self.subject, f"sid:{self.session_id}")
