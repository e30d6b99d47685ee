"""What crosses the wire about accesses."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.paging import Page


class AccessOut(BaseModel):
    """One access to a citizen's record."""

    model_config = ConfigDict(from_attributes=True)

    access_id: UUID
    subject: str
    action: str
    purpose: str
    request_id: str
    accessed_at: datetime


class AccessPage(Page[AccessOut, UUID]):
    """Accesses, the newest first."""
