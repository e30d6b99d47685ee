"""API clients as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.area import Area


@dataclass(frozen=True)
class Client:
    """A client that may ask for tokens, and the mark of its secret."""

    client_id: str
    name: str
    scopes: list[str]
    governorate: str | None
    site_id: UUID | None
    marked_with: str
    secret_mark: bytes = field(repr=False)
    created_at: datetime
    created_by: str
    suspended_at: datetime | None = None
    suspension_reason: str | None = None

    @property
    def area(self) -> Area:
        """Where it may act."""
        return Area(self.governorate, site_id=self.site_id)
