"""API clients as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.area import UNSAID, Area, Bound
from contracts.clients import Owner

UNASSIGNED: Final = "unassigned"  # a client of an older installation that nobody answers for yet


@dataclass(frozen=True)
class Secret:
    """The mark of a client's secret."""

    marked_with: str
    secret_mark: bytes = field(repr=False)


@dataclass(frozen=True)
class Client:
    """A client that may ask for tokens, and the mark of its newest secret.

    `governorate`: `*` for the nation, `35`, or `35.02` with a district. `expires_at`: when it gets no more tokens,
    unless somebody answers for it anew before. `owner`: the authority that does.
    """

    client_id: str
    name: str
    owner: str
    purpose: str
    scopes: list[str]
    governorate: str | None
    site_id: UUID | None
    marked_with: str
    secret_mark: bytes = field(repr=False)
    secret_expires_at: datetime | None
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    recertified_at: datetime | None = None
    recertified_by: str | None = None
    upgrade_note: str | None = None
    suspended_at: datetime | None = None
    suspension_reason: str | None = None

    @property
    def area(self) -> Area:
        """Where it may act, and whose it is."""
        area = self.governorate or UNSAID
        return Area(area.partition(".")[0], area if "." in area else None, site_id=self.site_id, authority=self.owner)

    def over(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= now

    def secret_over(self, now: datetime) -> bool:
        """Whether its newest secret has had its time."""
        return self.secret_expires_at is not None and self.secret_expires_at <= now


def managed_by(bound: Bound) -> Bound:
    """What a caller's bound lets it manage: the central authority, which runs the installation, does so for all."""
    return bound.over_all(Owner.MINISTRY)
