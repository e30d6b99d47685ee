"""Every SQL statement of links to outside accounts: by issuer and subject only, never by an e-mail address."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_FIND = text("SELECT person_id FROM identity_link WHERE issuer = :issuer AND subject = :subject")
_LINK = text(
    "INSERT INTO identity_link (issuer, subject, person_id, linked_at) VALUES (:issuer, :subject, :person_id, :now)"
    " ON CONFLICT DO NOTHING RETURNING true"
)


async def find(session: AsyncSession, issuer: str, subject: str) -> UUID | None:
    """Whose an outside account is."""
    found: UUID | None = (await session.execute(_FIND, {"issuer": issuer, "subject": subject})).scalar_one_or_none()
    return found


async def link(session: AsyncSession, issuer: str, subject: str, person_id: UUID, now: datetime) -> bool:
    """Link an outside account to a person; False where it is linked already."""
    values = {"issuer": issuer, "subject": subject, "person_id": person_id, "now": now}
    return (await session.execute(_LINK, values)).scalar_one_or_none() is not None
