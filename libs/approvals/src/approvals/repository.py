"""Every SQL statement about proposals."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.model import Act, Did, Office, Proposal, State
from chassis.area import Area, Bound, BoundedStatement
from chassis.paging import Paging
from chassis.principal import Actor

_COLUMNS = (
    "proposal_id, kind, subject, state, content, digest, amount, governorate, district, authority, deciders, office,"
    " entered_at, expires_at, ended_at"
)
_ACTS = "proposal_id, number, act, who, through, office, session, at, digest, reason"
_ADD = text(
    "INSERT INTO proposal (proposal_id, kind, subject, state, content, digest, amount, governorate, district,"
    " authority, entered_at, expires_at) VALUES (:proposal_id, :kind, :subject, 'draft', :content, :digest, :amount,"
    " :governorate, :district, :authority, :entered_at, :expires_at) ON CONFLICT DO NOTHING RETURNING proposal_id"
)
_FIND = text(f"SELECT {_COLUMNS} FROM proposal WHERE proposal_id = :proposal_id")
_LOCK = text(f"SELECT {_COLUMNS} FROM proposal WHERE proposal_id = :proposal_id FOR UPDATE")
_OPEN = text(
    f"SELECT {_COLUMNS} FROM proposal WHERE kind = :kind AND subject = :subject AND state IN ('draft', 'submitted')"
    " FOR UPDATE"
)
_LAST = text(
    f"SELECT {_COLUMNS} FROM proposal WHERE kind = :kind AND subject = :subject ORDER BY proposal_id DESC LIMIT 1"
)
# Newest first: their ids are in the order of their entering.
_LIST = BoundedStatement(
    f"SELECT {_COLUMNS} FROM proposal WHERE kind = ANY(CAST(:kinds AS text[])) AND proposal_id < :after"
    " AND (CAST(:kind AS text) IS NULL OR kind = :kind) AND (CAST(:subject AS text) IS NULL OR subject = :subject)"
    " AND (CAST(:state AS text) IS NULL OR :state ="
    " CASE WHEN state IN ('draft', 'submitted') AND expires_at <= :now THEN 'expired' ELSE state END)"
    " AND <bound> ORDER BY proposal_id DESC LIMIT :limit",
    governorate="governorate",
    district="district",
    authority="coalesce(authority, :bound_authority)",  # what names none is any authority's, as `covers` has it
)
_DUE = text(
    f"SELECT {_COLUMNS} FROM proposal WHERE state IN ('draft', 'submitted') AND expires_at <= :now"
    " AND kind = ANY(CAST(:kinds AS text[])) ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED"
)
_WAITING = text(
    "SELECT kind, count(*) AS waiting, extract(epoch FROM min(expires_at) - CAST(:now AS timestamptz)) AS seconds"
    " FROM proposal WHERE state = 'submitted' GROUP BY kind"
)
_ACTS_OF = text(
    f"SELECT {_ACTS} FROM proposal_act WHERE proposal_id = ANY(CAST(:proposal_ids AS uuid[]))"
    " ORDER BY proposal_id, number"
)
_ACT = text(
    f"INSERT INTO proposal_act ({_ACTS}) VALUES (:proposal_id, :number, :act, :who, :through, :office, :session, :at,"
    " :digest, :reason)"
)
_SUBMIT = text(
    "UPDATE proposal SET state = 'submitted', deciders = :deciders, office = :office, expires_at = :expires_at"
    " WHERE proposal_id = :proposal_id"
)
_CHANGE = text(
    "UPDATE proposal SET state = 'draft', content = :content, digest = :digest, amount = :amount,"
    " expires_at = :expires_at WHERE proposal_id = :proposal_id"
)
_END = text("UPDATE proposal SET state = :state, ended_at = :at WHERE proposal_id = :proposal_id")


async def add(session: AsyncSession, **columns: object) -> bool:
    """Enter a draft; False where one of its kind is open about its subject."""
    return (await session.execute(_ADD, columns)).scalar_one_or_none() is not None


async def find(session: AsyncSession, proposal_id: UUID) -> Proposal | None:
    """A proposal."""
    return await _one(session, (await session.execute(_FIND, {"proposal_id": proposal_id})).one_or_none())


async def lock(session: AsyncSession, proposal_id: UUID) -> Proposal | None:
    """A proposal, held until the end of the transaction."""
    return await _one(session, (await session.execute(_LOCK, {"proposal_id": proposal_id})).one_or_none())


async def lock_open(session: AsyncSession, kind: str, subject: str) -> Proposal | None:
    """The open proposal of a kind about an object, held until the end of the transaction."""
    found = (await session.execute(_OPEN, {"kind": kind, "subject": subject})).one_or_none()
    return await _one(session, found)


async def last(session: AsyncSession, kind: str, subject: str) -> Proposal | None:
    """The newest proposal of a kind about an object, open or not."""
    found = (await session.execute(_LAST, {"kind": kind, "subject": subject})).one_or_none()
    return await _one(session, found)


async def page(
    session: AsyncSession, bound: Bound, page: Paging[UUID], now: datetime, **wanted: object
) -> list[Proposal]:
    """A page of the proposals a caller may see, newest first; `wanted`: kinds, kind, subject, state."""
    statement, parameters = _LIST.within(bound, {"now": now, **wanted, **page.bounds})
    return await _whole(session, (await session.execute(statement, parameters)).all())


async def lock_due(session: AsyncSession, kinds: Sequence[str], now: datetime, limit: int) -> list[Proposal]:
    """Open proposals of these kinds whose time is over and which nobody else holds."""
    parameters = {"kinds": list(kinds), "now": now, "limit": limit}
    return await _whole(session, (await session.execute(_DUE, parameters)).all())


async def waiting(session: AsyncSession, now: datetime) -> dict[str, tuple[int, float]]:
    """By kind how many proposals wait for a decision, and the seconds until the first of them expires."""
    rows = await session.execute(_WAITING, {"now": now})
    return {row.kind: (row.waiting, float(row.seconds)) for row in rows}


async def act(session: AsyncSession, proposal_id: UUID, number: int, done: Act) -> None:
    """Append an act to a proposal's."""
    actor = done.actor
    columns = {"who": actor.who, "through": actor.through, "office": actor.office, "session": actor.session}
    said = {"act": done.did, "at": done.at, "digest": done.digest, "reason": done.reason}
    await session.execute(_ACT, {"proposal_id": proposal_id, "number": number, **columns, **said})


async def submit(session: AsyncSession, proposal_id: UUID, deciders: int, office: Office, expires_at: datetime) -> None:
    """Let a draft be decided."""
    columns = {"deciders": deciders, "office": office, "expires_at": expires_at}
    await session.execute(_SUBMIT, {"proposal_id": proposal_id, **columns})


async def change(session: AsyncSession, proposal_id: UUID, **columns: object) -> None:
    """Put another content in a proposal, which is a draft again."""
    await session.execute(_CHANGE, {"proposal_id": proposal_id, **columns})


async def end(session: AsyncSession, proposal_id: UUID, state: State, at: datetime) -> None:
    """Close a proposal for good."""
    await session.execute(_END, {"proposal_id": proposal_id, "state": state, "at": at})


async def _one(session: AsyncSession, row: Row[Any] | None) -> Proposal | None:
    return None if row is None else (await _whole(session, [row]))[0]


async def _whole(session: AsyncSession, rows: Sequence[Row[Any]]) -> list[Proposal]:
    """Rows with their acts."""
    acts: dict[UUID, list[Act]] = {row.proposal_id: [] for row in rows}
    if rows:
        for row in await session.execute(_ACTS_OF, {"proposal_ids": list(acts)}):
            actor = Actor(row.who, row.through, row.office, row.session)
            acts[row.proposal_id].append(Act(Did(row.act), actor, row.at, bytes(row.digest), row.reason))
    return [_proposal(row, acts[row.proposal_id]) for row in rows]


def _proposal(row: Row[Any], acts: Sequence[Act]) -> Proposal:
    return Proposal(
        proposal_id=row.proposal_id,
        kind=row.kind,
        subject=row.subject,
        state=State(row.state),
        content=orjson.loads(row.content),
        digest=bytes(row.digest),
        amount=row.amount,
        area=Area(row.governorate, row.district, authority=row.authority),
        deciders=row.deciders,
        office=None if row.office is None else Office(row.office),
        entered_at=row.entered_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        acts=tuple(acts),
    )
