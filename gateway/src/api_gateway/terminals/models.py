"""Terminals and their enrolment codes as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.area import Area
from contracts.roles import TERMINALS


@dataclass(frozen=True)
class Terminal:
    """What the gateway knows of a terminal; a key once it is enrolled.

    `replaceable`: it was suspended since, so that another key may take this one's place. `overlap_at`: when the key
    was last seen used from two places at once.
    """

    terminal_id: UUID
    outlet_id: UUID
    kind: str
    governorate: str
    key_id: str | None
    public_key: bytes | None
    enrolled_at: datetime | None
    suspended_at: datetime | None
    authority: str
    replaceable: bool
    overlap_at: datetime | None

    @property
    def scopes(self) -> frozenset[str]:
        """What it may do, by the kind of the place it stands in; one of another kind may do nothing."""
        return TERMINALS.get(self.kind, frozenset())

    @property
    def area(self) -> Area:
        """Where it stands, and who registered it; the gateway keeps a clinic's provider in `outlet_id`."""
        return Area(self.governorate, outlet_id=self.outlet_id, authority=self.authority)


@dataclass(frozen=True)
class Code:
    """The enrolment code of a terminal: its mark, never itself."""

    terminal_id: UUID
    marked_with: str
    code_mark: bytes = field(repr=False)
    tries_left: int
    expires_at: datetime
    used_at: datetime | None
    issued_by: str


@dataclass(frozen=True)
class Standing:
    """A terminal as its owner tells it again. `authority`: whose it is; `registered_by`: who that is by, if known."""

    terminal_id: UUID
    outlet_id: UUID
    kind: str
    governorate: str
    authority: str
    registered_by: str | None
    suspended: bool
