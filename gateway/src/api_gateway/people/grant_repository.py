"""Every SQL statement of role grants."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import record
from api_gateway.people.models import Grant, GrantState
from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging

_GRANT = (
    "SELECT grant_id, person_id, role, authority_id, area, object_kind, object_id, state, valid_from, valid_to,"
    " on_host, asked_by, asked_at, asked_why, decided_by, decided_at, decided_why, confirm_by, confirmed_by,"
    " confirmed_at, ended_by, ended_at, ended_why FROM role_grant"
)
_FIND = text(f"{_GRANT} WHERE grant_id = :grant_id")
_LOCK = text(f"{_GRANT} WHERE grant_id = :grant_id FOR UPDATE")
_ADD = text(
    "INSERT INTO role_grant (grant_id, person_id, role, authority_id, area, object_kind, object_id, state, valid_from,"
    " valid_to, on_host, asked_by, asked_at, asked_why, decided_by, decided_at, decided_why, confirm_by) VALUES"
    " (:grant_id, :person_id, :role, :authority_id, :area, :object_kind, :object_id, :state, :valid_from, :valid_to,"
    " :on_host, :asked_by, :asked_at, :asked_why, :decided_by, :decided_at, :decided_why, :confirm_by)"
    " ON CONFLICT DO NOTHING RETURNING true"
)
_DECIDE = text(
    "UPDATE role_grant SET state = :state, decided_by = :by, decided_at = :at, decided_why = :why"
    " WHERE grant_id = :grant_id"
)
_END = text(
    "UPDATE role_grant SET state = :state, ended_by = :by, ended_at = :at, ended_why = :why WHERE grant_id = :grant_id"
)
_CONFIRM = text(
    "UPDATE role_grant SET confirmed_by = :by, confirmed_at = :at, confirm_by = :confirm_by WHERE grant_id = :grant_id"
)
_ASKED = text("SELECT grant_id FROM role_grant WHERE person_id = :person_id AND state = 'asked' ORDER BY grant_id")
_HELD = text(f"{_GRANT} WHERE person_id = :person_id AND state = 'granted' ORDER BY grant_id FOR UPDATE")
_ROLES = text(
    "SELECT DISTINCT role FROM role_grant WHERE person_id = :person_id AND grant_id <> :grant_id AND valid_to > :now"
    " AND state IN ('asked', 'granted')"
)
_LIST = BoundedStatement(
    f"{_GRANT} WHERE grant_id > :after AND authority_id = ANY(CAST(:under AS text[]))"
    " AND (CAST(:person_id AS uuid) IS NULL OR person_id = :person_id)"
    " AND (CAST(:role AS text) IS NULL OR role = :role) AND (CAST(:state AS text) IS NULL OR state = :state)"
    " AND (CAST(:due_before AS timestamptz) IS NULL OR state = 'granted' AND confirm_by < :due_before)"
    " AND <bound> ORDER BY grant_id LIMIT :limit",
    governorate="NULLIF(split_part(area, '.', 1), '*')",
    district="area",
)
# Over: past their last moment, never decided, or not confirmed although long due.
_OVER = text(
    f"{_GRANT} WHERE state IN ('asked', 'granted') AND (valid_to <= :now"
    " OR state = 'asked' AND asked_at < :asked_before OR state = 'granted' AND confirm_by < :due_before)"
    " ORDER BY grant_id LIMIT :limit"
)
_DUE = text("SELECT count(*) FROM role_grant WHERE state = 'granted' AND valid_to > :now AND confirm_by < :due_before")


def _grant(row: Row[tuple[object, ...]]) -> Grant:
    return record(Grant, row, state=GrantState(row.state))


async def find(session: AsyncSession, grant_id: UUID) -> Grant | None:
    """A grant."""
    row = (await session.execute(_FIND, {"grant_id": grant_id})).one_or_none()
    return _grant(row) if row else None


async def lock(session: AsyncSession, grant_id: UUID) -> Grant | None:
    """A grant that nobody else changes before this transaction ends."""
    row = (await session.execute(_LOCK, {"grant_id": grant_id})).one_or_none()
    return _grant(row) if row else None


async def add(session: AsyncSession, grant: Grant) -> bool:
    """Write a new grant; False where the person has the role there already, or it is asked for."""
    return (await session.execute(_ADD, vars(grant))).scalar_one_or_none() is not None


async def decide(
    session: AsyncSession, grant_id: UUID, state: GrantState, by: UUID, at: datetime, why: str | None
) -> None:
    """Write what was decided."""
    await session.execute(_DECIDE, {"grant_id": grant_id, "state": state, "by": by, "at": at, "why": why})


async def end(session: AsyncSession, grant_id: UUID, state: GrantState, by: str, at: datetime, why: str) -> None:
    """Write that a grant has ended."""
    await session.execute(_END, {"grant_id": grant_id, "state": state, "by": by, "at": at, "why": why})


async def confirm(session: AsyncSession, grant_id: UUID, by: UUID, at: datetime, confirm_by: datetime) -> None:
    """Write that a grant was looked at and stays, and when it is looked at next."""
    await session.execute(_CONFIRM, {"grant_id": grant_id, "by": by, "at": at, "confirm_by": confirm_by})


async def asked_for(session: AsyncSession, person_id: UUID) -> list[UUID]:
    """What is asked for somebody."""
    return list((await session.execute(_ASKED, {"person_id": person_id})).scalars())


async def held(session: AsyncSession, person_id: UUID) -> list[Grant]:
    """What a person has, locked."""
    return [_grant(row) for row in await session.execute(_HELD, {"person_id": person_id})]


async def other_roles(session: AsyncSession, grant: Grant, now: datetime) -> list[str]:
    """The roles that the grant's person holds or is to hold beside it."""
    values = {"person_id": grant.person_id, "grant_id": grant.grant_id, "now": now}
    return list((await session.execute(_ROLES, values)).scalars())


async def page(
    session: AsyncSession,
    bound: Bound,
    page: Paging[UUID],
    *,
    under: frozenset[str],
    person_id: UUID | None = None,
    role: str | None = None,
    state: GrantState | None = None,
    due_before: datetime | None = None,
) -> list[Grant]:
    """The grants in some authorities that the caller may see; `due_before`: those to be confirmed by then."""
    wanted = {"under": sorted(under), "person_id": person_id, "role": role, "state": state, "due_before": due_before}
    found = await session.execute(*_LIST.within(bound, {**wanted, **page.bounds}))
    return [_grant(row) for row in found]


async def over(
    session: AsyncSession, now: datetime, *, asked_before: datetime, due_before: datetime, limit: int
) -> list[Grant]:
    """Some of the grants that are over and not closed yet."""
    values = {"now": now, "asked_before": asked_before, "due_before": due_before, "limit": limit}
    return [_grant(row) for row in await session.execute(_OVER, values)]


async def due(session: AsyncSession, now: datetime, due_before: datetime) -> int:
    """How many grants are to be confirmed by a moment."""
    return int((await session.execute(_DUE, {"now": now, "due_before": due_before})).scalar_one())
