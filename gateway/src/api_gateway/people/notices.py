"""Notices: what people must learn whoever signs in next, and by SMS where they have given a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import MACHINE_TIME
from contracts.notices import READ_FIRST
from contracts.notices import Notice as Kind

TOLD_WITHIN: Final = timedelta(days=7)  # a message that could not be sent for so long tells nothing new
KEPT: Final = timedelta(days=400)
# Who learn of an administrator who was recovered on the host: those who give others rights, or watch over them.
WATCHING: Final = ("administrator", "security-officer")

_TELL = text(
    "INSERT INTO notice (notice_id, person_id, kind, about, at) SELECT uuidv7(), p.person_id, :kind, :about, :now"
    " FROM person p WHERE p.status IN ('active', 'suspended') AND p.person_id <> :about AND EXISTS (SELECT FROM"
    " role_grant g WHERE g.person_id = p.person_id AND g.role = ANY(CAST(:roles AS text[])) AND g.state = 'granted'"
    " AND g.valid_to > :now) RETURNING person_id"
)
_TELL_OWNER = text(
    "INSERT INTO notice (notice_id, person_id, kind, about, at, device)"
    " VALUES (uuidv7(), :person_id, :kind, :person_id, :now, :device)"
)
_OWN = text(
    "SELECT kind, at, device FROM notice WHERE person_id = :person_id AND about = :person_id"
    " AND kind <> ALL(CAST(:others AS text[])) ORDER BY at DESC LIMIT :limit"
)
_UNSEEN = text(
    "SELECT n.notice_id, n.kind, n.at, p.sign_in_name AS about FROM notice n JOIN person p ON p.person_id = n.about"
    " WHERE n.person_id = :person_id AND n.seen_at IS NULL AND n.kind = ANY(CAST(:kinds AS text[])) ORDER BY n.at"
)
_SEEN = text(
    "UPDATE notice SET seen_at = :now WHERE person_id = :person_id AND seen_at IS NULL"
    " AND notice_id = ANY(CAST(:notice_ids AS uuid[]))"
)
_UNTOLD = text(
    "SELECT n.notice_id, n.person_id, n.kind, n.at, p.mobile_sealed FROM notice n JOIN person p USING (person_id)"
    " WHERE n.told_at IS NULL AND n.at > :since AND p.mobile_sealed IS NOT NULL AND p.status = 'active'"
    " ORDER BY n.tried_at NULLS FIRST, n.at LIMIT :limit FOR UPDATE OF n SKIP LOCKED"
)
_TRIED = text("UPDATE notice SET tried_at = :now WHERE notice_id = ANY(CAST(:notice_ids AS uuid[]))")
_TOLD = text("UPDATE notice SET told_at = :now WHERE notice_id = :notice_id")
_FORGET = text("DELETE FROM notice WHERE at < :before")


@dataclass(frozen=True)
class Notice:
    """Something that a person must learn; `about`: the name by which whom it is about signs in."""

    notice_id: UUID
    kind: Kind
    at: datetime
    about: str


@dataclass(frozen=True)
class Own:
    """A change of somebody's own account; `device`: what the browser called itself in which it was made."""

    kind: Kind
    at: datetime
    device: str


@dataclass(frozen=True)
class Message:
    """A notice that is still to be sent to a person's mobile."""

    notice_id: UUID
    person_id: UUID
    kind: Kind
    at: datetime
    mobile_sealed: bytes = field(repr=False)


async def tell(session: AsyncSession, kind: Kind, about: UUID) -> int:
    """Leave a notice for everybody else who watches over rights. Gives how many they are."""
    values = {"kind": kind, "about": about, "now": MACHINE_TIME.now(), "roles": list(WATCHING)}
    return len((await session.execute(_TELL, values)).all())


async def tell_owner(session: AsyncSession, kind: Kind, person_id: UUID, device: str) -> None:
    """Leave a notice of a change of somebody's own account."""
    values = {"kind": kind, "person_id": person_id, "device": device, "now": MACHINE_TIME.now()}
    await session.execute(_TELL_OWNER, values)


async def own(session: AsyncSession, person_id: UUID, limit: int) -> list[Own]:
    """The latest changes of a person's account."""
    rows = await session.execute(_OWN, {"person_id": person_id, "others": sorted(READ_FIRST), "limit": limit})
    return [Own(Kind(row.kind), row.at, row.device or "") for row in rows]


async def unseen(session: AsyncSession, person_id: UUID) -> list[Notice]:
    """What a person must read before going on, the oldest first."""
    rows = await session.execute(_UNSEEN, {"person_id": person_id, "kinds": sorted(READ_FIRST)})
    return [Notice(row.notice_id, Kind(row.kind), row.at, row.about) for row in rows]


async def see(session: AsyncSession, person_id: UUID, notice_ids: Sequence[UUID]) -> None:
    """Note that a person has read these."""
    values = {"person_id": person_id, "notice_ids": list(notice_ids), "now": MACHINE_TIME.now()}
    await session.execute(_SEEN, values)


async def untold(session: AsyncSession, limit: int) -> list[Message]:
    """Some of the notices that are still to be sent, locked; what was never tried first, so that none holds others."""
    now = MACHINE_TIME.now()
    rows = await session.execute(_UNTOLD, {"since": now - TOLD_WITHIN, "limit": limit})
    found = [Message(row.notice_id, row.person_id, Kind(row.kind), row.at, row.mobile_sealed) for row in rows]
    await session.execute(_TRIED, {"now": now, "notice_ids": [one.notice_id for one in found]})
    return found


async def told(session: AsyncSession, notice_id: UUID) -> None:
    """Note that a notice was handed to the aggregator."""
    await session.execute(_TOLD, {"notice_id": notice_id, "now": MACHINE_TIME.now()})


async def forget_old(session: AsyncSession) -> None:
    """Drop notices of long ago."""
    await session.execute(_FORGET, {"before": MACHINE_TIME.now() - KEPT})
