"""Every SQL statement of the documents of requests."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry.requests.models import Evidence
from chassis.principal import Actor

_ADD = text(
    "INSERT INTO change_request_evidence (evidence_id, request_id, media_type, size, content_sealed,"
    " archive_reference, mark, entered_by, entered_at) VALUES (:evidence_id, :request_id, :media_type, :size,"
    " :content_sealed, :archive_reference, :mark, :entered_by, :entered_at)"
    " ON CONFLICT (request_id, mark) DO NOTHING RETURNING evidence_id"
)
_COLUMNS = "evidence_id, request_id, media_type, size, archive_reference, entered_by, entered_at, mark"
_OF_REQUEST = text(
    f"SELECT {_COLUMNS} FROM change_request_evidence WHERE request_id = :request_id ORDER BY evidence_id"  # noqa: S608
)
_FIND = text(
    f"SELECT {_COLUMNS} FROM change_request_evidence"  # noqa: S608
    " WHERE request_id = :request_id AND evidence_id = :evidence_id"
)
_CONTENT = text("SELECT content_sealed FROM change_request_evidence WHERE evidence_id = :evidence_id")
_VIEW = text(
    "INSERT INTO change_request_view (evidence_id, who, through, office, session, at)"
    " VALUES (:evidence_id, :who, :through, :office, :session, :at)"
)


async def add(session: AsyncSession, evidence: Evidence, content_sealed: bytes | None) -> bool:
    """Keep a document; False where the request has the same one already."""
    values = {name: getattr(evidence, name) for name in Evidence.__dataclass_fields__}
    added = await session.execute(_ADD, values | {"content_sealed": content_sealed})
    return added.scalar_one_or_none() is not None


async def of_request(session: AsyncSession, request_id: UUID) -> list[Evidence]:
    """The documents of a request, oldest first."""
    return [Evidence(*row) for row in await session.execute(_OF_REQUEST, {"request_id": request_id})]


async def find(session: AsyncSession, request_id: UUID, evidence_id: UUID) -> Evidence | None:
    """A document of a request."""
    values = {"request_id": request_id, "evidence_id": evidence_id}
    row = (await session.execute(_FIND, values)).one_or_none()
    return Evidence(*row) if row else None


async def content(session: AsyncSession, evidence_id: UUID) -> bytes | None:
    """The file, sealed; None where it lies elsewhere."""
    sealed: bytes | None = (await session.execute(_CONTENT, {"evidence_id": evidence_id})).scalar_one()
    return sealed


async def view(session: AsyncSession, evidence_id: UUID, actor: Actor, at: datetime) -> None:
    """Record that somebody sees a document."""
    who = {"who": actor.who, "through": actor.through, "office": actor.office, "session": actor.session}
    await session.execute(_VIEW, {"evidence_id": evidence_id, "at": at, **who})
