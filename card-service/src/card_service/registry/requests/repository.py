"""Every SQL statement of change requests."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement
from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry.requests.kinds import Appeal, Did, RequestKind, State
from card_service.registry.requests.models import Act, ChangeRequest
from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging
from chassis.principal import Actor

_COLUMNS = (
    "r.request_id, r.kind, r.state, r.household_id, r.citizen_id, r.details_sealed, r.fact_on, r.month, r.checked,"
    " r.entered_by, r.entered_through, r.entered_for, r.entered_session, r.by_client, r.entered_at, r.due_at,"
    " r.escalated_at, r.takes_effect_on, r.held, r.decided_by, r.decided_at, r.reason_code, r.changes, r.founded,"
    " r.proposal_id, r.appeal, r.appeal_until, r.appeal_due_at, r.before_sealed, r.appeal_proposal_id,"
    " r.updated_at, h.governorate, h.district"
)
_FROM = "FROM change_request r JOIN household h USING (household_id)"
_FIND = text(f"SELECT {_COLUMNS} {_FROM} WHERE r.request_id = :request_id")
_LOCK = text(f"SELECT {_COLUMNS} {_FROM} WHERE r.request_id = :request_id FOR UPDATE OF r")
_ADD = text(
    "INSERT INTO change_request (request_id, kind, state, household_id, citizen_id, details_sealed, subject_mark,"
    " fact_on, month, checked, entered_by, entered_through, entered_for, entered_session, by_client, entered_at,"
    " due_at, takes_effect_on, updated_at) VALUES (:request_id, :kind, :state, :household_id, :citizen_id,"
    " :details_sealed, :subject_mark, :fact_on, :month, :checked, :entered_by, :entered_through, :entered_for,"
    " :entered_session, :by_client, :entered_at, :due_at, :takes_effect_on, :entered_at)"
    " ON CONFLICT DO NOTHING RETURNING request_id"
)
_CHANGEABLE = frozenset(
    {
        "state", "details_sealed", "subject_mark", "citizen_id", "fact_on", "month", "due_at", "escalated_at",
        "takes_effect_on", "held", "decided_by", "decided_at", "reason_code", "changes", "founded", "proposal_id",
        "appeal", "appeal_until", "appeal_due_at", "appeal_proposal_id", "before_sealed", "appeal_escalated_at",
    }
)  # fmt: skip
_ACT = text(
    "INSERT INTO change_request_act (request_id, number, act, who, through, office, session, at, reason_code,"
    " note_sealed) SELECT :request_id, coalesce(max(number), 0) + 1, :act, :who, :through, :office, :session, :at,"
    " :reason_code, :note FROM change_request_act WHERE request_id = :request_id"
)
_ACTS = text(
    "SELECT act, who, through, office, session, at, reason_code, note_sealed FROM change_request_act"
    " WHERE request_id = :request_id ORDER BY number"
)
# Newest first: their ids are in the order of their entering.
_OVERDUE = (
    "((r.state IN ('unproven', 'waiting') AND r.due_at <= :now) OR (r.appeal = 'open' AND r.appeal_due_at <= :now))"
)
_LIST = BoundedStatement(
    f"SELECT {_COLUMNS} {_FROM} WHERE r.request_id < :after"
    " AND (CAST(:kind AS text) IS NULL OR r.kind = :kind) AND (CAST(:state AS text) IS NULL OR r.state = :state)"
    " AND (CAST(:household_id AS uuid) IS NULL OR r.household_id = :household_id)"
    " AND (CAST(:appeal AS text) IS NULL OR r.appeal = :appeal)"
    " AND (CAST(:claim AS text) IS NULL OR EXISTS (SELECT FROM months_claim m WHERE m.request_id = r.request_id"
    " AND m.state = :claim))"
    " AND (CAST(:governorate AS text) IS NULL OR h.governorate = :governorate)"
    " AND (CAST(:changed_since AS timestamptz) IS NULL OR r.updated_at >= :changed_since)"
    f" AND (CAST(:overdue AS boolean) IS NULL OR :overdue = coalesce({_OVERDUE}, false))"
    " AND <bound> ORDER BY r.request_id DESC LIMIT :limit",
    governorate="h.governorate",
    district="h.district",
)
_DUE = text(
    f"SELECT {_COLUMNS} {_FROM} WHERE (r.state IN ('unproven', 'waiting') AND r.escalated_at IS NULL"
    " AND r.due_at <= :now) OR (r.appeal = 'open' AND r.appeal_due_at <= :now AND r.appeal_escalated_at IS NULL)"
    " ORDER BY r.due_at LIMIT :limit FOR UPDATE OF r SKIP LOCKED"
)
_TAKING_EFFECT = text(
    f"SELECT {_COLUMNS} {_FROM} WHERE r.state = 'announced' AND r.takes_effect_on <= :today"
    " AND (r.appeal IS DISTINCT FROM 'open' OR NOT r.held)"
    " ORDER BY r.takes_effect_on LIMIT :limit FOR UPDATE OF r SKIP LOCKED"
)
_COUNTS = text(
    "SELECT kind, count(*) AS waiting, count(*) FILTER (WHERE due_at <= :now) AS overdue FROM change_request"
    " WHERE state IN ('unproven', 'waiting') GROUP BY kind"
)


async def add(session: AsyncSession, columns: Mapping[str, object]) -> bool:
    """Enter a request; False where the same is asked for by an open one."""
    return (await session.execute(_ADD, columns)).scalar_one_or_none() is not None


async def find(session: AsyncSession, request_id: UUID, *, lock: bool = False) -> ChangeRequest | None:
    """A request, its row locked if asked."""
    row = (await session.execute(_LOCK if lock else _FIND, {"request_id": request_id})).one_or_none()
    return _request(row) if row else None


async def change(session: AsyncSession, request_id: UUID, at: datetime, **columns: object) -> None:
    """Write columns of a request that have changed. Raises ValueError for one that never does."""
    if unknown := columns.keys() - _CHANGEABLE:
        raise ValueError(f"{sorted(unknown)} never change")
    given = "".join(f", {name} = :{name}" for name in columns)
    statement = text(f"UPDATE change_request SET updated_at = :at{given} WHERE request_id = :request_id")
    await session.execute(statement, {"request_id": request_id, "at": at, **columns})


async def act(session: AsyncSession, request_id: UUID, done: Act, note_sealed: bytes | None) -> None:
    """Append an act to a request's; the request's row is locked by who does so."""
    actor = done.actor
    values = {"request_id": request_id, "act": done.did, "at": done.at, "reason_code": done.reason_code}
    who = {"who": actor.who, "through": actor.through, "office": actor.office, "session": actor.session}
    await session.execute(_ACT, values | who | {"note": note_sealed})


async def acts(session: AsyncSession, request_id: UUID) -> list[tuple[Act, bytes | None]]:
    """The acts on a request, oldest first, each with its words as sealed."""
    rows = await session.execute(_ACTS, {"request_id": request_id})
    return [
        (Act(Did(r.act), Actor(r.who, r.through, r.office, r.session), r.at, r.reason_code), r.note_sealed)
        for r in rows
    ]


async def page(
    session: AsyncSession, bound: Bound, page: Paging[UUID], now: datetime, wanted: Mapping[str, object]
) -> list[ChangeRequest]:
    """A page of the requests in a caller's area, newest first."""
    statement, parameters = _LIST.within(bound, {"now": now, **wanted, **page.bounds})
    return [_request(row) for row in await session.execute(statement, parameters)]


async def lock_due(session: AsyncSession, now: datetime, limit: int) -> list[ChangeRequest]:
    """Requests whose time has run out and of which nobody was told."""
    return [_request(row) for row in await session.execute(_DUE, {"now": now, "limit": limit})]


async def lock_taking_effect(session: AsyncSession, today: date, limit: int) -> list[ChangeRequest]:
    """Announced exclusions whose day has come, and which no appeal holds up."""
    rows = await session.execute(_TAKING_EFFECT, {"today": today, "limit": limit})
    return [_request(row) for row in rows]


async def counts(session: AsyncSession, now: datetime) -> dict[str, tuple[int, int]]:
    """By kind how many requests wait, and how many of them are overdue."""
    return {row.kind: (row.waiting, row.overdue) for row in await session.execute(_COUNTS, {"now": now})}


def _request(row: Row[Any]) -> ChangeRequest:
    return ChangeRequest(
        request_id=row.request_id,
        kind=RequestKind(row.kind),
        state=State(row.state),
        household_id=row.household_id,
        citizen_id=row.citizen_id,
        details=bytes(row.details_sealed),
        fact_on=row.fact_on,
        month=row.month,
        checked=row.checked,
        entered_by=Actor(row.entered_by, row.entered_through, row.entered_for, row.entered_session),
        by_client=row.by_client,
        entered_at=row.entered_at,
        due_at=row.due_at,
        escalated_at=row.escalated_at,
        takes_effect_on=row.takes_effect_on,
        held=row.held,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason_code=row.reason_code,
        changes=tuple(row.changes),
        founded=row.founded,
        proposal_id=row.proposal_id,
        appeal=Appeal(row.appeal) if row.appeal else None,
        appeal_until=row.appeal_until,
        appeal_due_at=row.appeal_due_at,
        appeal_proposal_id=row.appeal_proposal_id,
        before=None if row.before_sealed is None else bytes(row.before_sealed),
        updated_at=row.updated_at,
        governorate=row.governorate,
        district=row.district,
    )
