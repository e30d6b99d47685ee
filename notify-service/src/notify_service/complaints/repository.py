"""Every SQL statement of complaints."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.isolation import not_aside
from chassis.paging import Paging
from notify_service.complaints.models import Complaint, Figures, Level, Step

ESCALATIONS, CLOSINGS = "complaint_escalations", "complaint_closings"

_NAMES = tuple(Complaint.__slots__)
_COLUMNS = ", ".join(_NAMES)
_READ: Final = TypeAdapter(Complaint)
_FIND = text(f"SELECT {_COLUMNS} FROM complaint WHERE complaint_id = :complaint_id")
_LOCK = text(f"SELECT {_COLUMNS} FROM complaint WHERE complaint_id = :complaint_id FOR UPDATE")
_OF_NUMBER = text(
    f"SELECT {_COLUMNS} FROM complaint WHERE number = :number"
    " AND citizen_id = ANY(CAST(:citizens AS uuid[])) FOR UPDATE"
)
_OPEN_OF = text(
    f"SELECT {_COLUMNS} FROM complaint WHERE citizen_id = :citizen_id AND state = 'open' ORDER BY number DESC"
)
_TURN = text(
    "SELECT pg_advisory_xact_lock("
    "hashtextextended('unicard.complaints.' || CAST(CAST(:citizen_id AS uuid) AS text), 0))"
)
_NUMBER = text("SELECT nextval('complaint_number')")
_PUT = text(f"INSERT INTO complaint ({_COLUMNS}) VALUES ({', '.join(':' + name for name in _NAMES)})")
_STAYS = {
    "complaint_id", "number", "citizen_id", "household_id", "governorate", "channel", "entered_at", "first_due",
}  # fmt: skip
_CHANGED = tuple(name for name in _NAMES if name not in _STAYS)
_WRITE = text(
    f"UPDATE complaint SET {', '.join(f'{name} = :{name}' for name in _CHANGED)} WHERE complaint_id = :complaint_id"
)
_STEP = text(
    "WITH s AS (INSERT INTO complaint_step (complaint_id, step, act, who, at, category, level)"
    " SELECT CAST(:complaint_id AS uuid), coalesce(max(step), 0) + 1, :act, :who, CAST(:at AS timestamptz), :category,"
    " :level FROM complaint_step WHERE complaint_id = :complaint_id RETURNING complaint_id, step)"
    " INSERT INTO complaint_text (complaint_id, step, sealed) SELECT complaint_id, step, CAST(:sealed AS bytea) FROM s"
    " WHERE CAST(:sealed AS bytea) IS NOT NULL"
)
_STEPS = text(
    "SELECT s.step, s.act, s.who, s.at, s.category, s.level, t.sealed FROM complaint_step s"
    " LEFT JOIN complaint_text t USING (complaint_id, step) WHERE s.complaint_id = :complaint_id ORDER BY s.step"
)
_ASKED = (
    f"SELECT {_COLUMNS} FROM complaint WHERE <bound>"
    " AND (CAST(:state AS text) IS NULL OR state = :state) AND (CAST(:level AS text) IS NULL OR level = :level)"
    " AND (CAST(:category AS text) IS NULL OR category = :category)"
    " AND (CAST(:citizen_id AS uuid) IS NULL OR citizen_id = :citizen_id)"
    " AND (CAST(:number AS bigint) IS NULL OR number = :number)"
    " AND (NOT CAST(:late AS boolean) OR (state = 'open' AND due_at <= CAST(:now AS timestamptz)))"
    " AND (CAST(:claimed AS text) IS NULL"
    " OR (CAST(:claimed AS text) = 'mine' AND claimed_by = :who AND claimed_until > CAST(:now AS timestamptz))"
    " OR (CAST(:claimed AS text) = 'nobody' AND coalesce(claimed_until <= CAST(:now AS timestamptz), true)))"
)
_BY_ENTRY = BoundedStatement(
    f"{_ASKED} AND complaint_id > :after ORDER BY complaint_id LIMIT :limit", governorate="governorate"
)
# The first to be answered stands first; the index of open complaints has them in this order.
_BY_DUE = BoundedStatement(
    f"{_ASKED} AND (due_at, complaint_id) > ALL"
    " (SELECT last.due_at, last.complaint_id FROM complaint last WHERE last.complaint_id = :after)"
    " ORDER BY due_at, complaint_id LIMIT :limit",
    governorate="governorate",
)
_FIGURES = BoundedStatement(
    "SELECT category, count(*) AS entered, count(*) FILTER (WHERE state = 'open') AS open,"
    " count(*) FILTER (WHERE state = 'open' AND due_at <= CAST(:now AS timestamptz)) AS late,"
    " count(*) FILTER (WHERE first_answer <= first_due) AS answered_in_time,"
    " count(*) FILTER (WHERE first_answer > first_due) AS answered_late,"
    " count(*) FILTER (WHERE reopened > 0) AS reopened, count(*) FILTER (WHERE appealed) AS appealed,"
    " CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM first_answer - entered_at) / 3600)"
    " AS float8) AS median_hours FROM"
    " (SELECT c.*, (SELECT min(s.at) FROM complaint_step s WHERE s.complaint_id = c.complaint_id"
    " AND s.act = 'answer') AS first_answer FROM complaint c) c"
    " WHERE <bound> AND entered_at >= :begins AND entered_at < :ends GROUP BY category ORDER BY entered DESC, category",
    governorate="governorate",
)
_LATE = text(
    f"SELECT {_COLUMNS} FROM complaint WHERE state = 'open' AND level <> 'nation' AND due_at <= :now"
    f" AND {not_aside(ESCALATIONS, 'complaint_id')} ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED"
)
_STANDING = text(
    f"SELECT {_COLUMNS} FROM complaint WHERE state = 'answered' AND answered_at <= :before"
    f" AND {not_aside(CLOSINGS, 'complaint_id')} ORDER BY answered_at LIMIT :limit FOR UPDATE SKIP LOCKED"
)


def _complaint(row: Sequence[object]) -> Complaint:
    return _READ.validate_python(dict(zip(_NAMES, row, strict=True)))


async def find(session: AsyncSession, complaint_id: UUID, *, lock: bool = False) -> Complaint | None:
    """A complaint; its row locked if asked."""
    row = (await session.execute(_LOCK if lock else _FIND, {"complaint_id": complaint_id})).one_or_none()
    return _complaint(row) if row else None


async def of_number(session: AsyncSession, number: int, citizens: Sequence[UUID]) -> Complaint | None:
    """The complaint of a number, if it is one of these citizens'; its row is locked."""
    row = (await session.execute(_OF_NUMBER, {"number": number, "citizens": list(citizens)})).one_or_none()
    return _complaint(row) if row else None


async def open_of(session: AsyncSession, citizen_id: UUID) -> list[Complaint]:
    """A citizen's open complaints, the last first; until the commit nobody else enters one of this citizen."""
    await session.execute(_TURN, {"citizen_id": citizen_id})
    return [_complaint(row) for row in await session.execute(_OPEN_OF, {"citizen_id": citizen_id})]


async def next_number(session: AsyncSession) -> int:
    """A number no complaint has had."""
    found: int = (await session.execute(_NUMBER)).scalar_one()
    return found


async def put(session: AsyncSession, complaint: Complaint) -> None:
    """Enter a complaint."""
    await session.execute(_PUT, {name: getattr(complaint, name) for name in _NAMES})


async def write(session: AsyncSession, complaint: Complaint) -> None:
    """Write what of a complaint changes."""
    values = {name: getattr(complaint, name) for name in _CHANGED}
    await session.execute(_WRITE, values | {"complaint_id": complaint.complaint_id})


async def step(
    session: AsyncSession, complaint: Complaint, act: str, who: str, at: datetime, sealed: bytes | None
) -> None:
    """Keep what was done; the complaint's row is locked."""
    values = {"category": complaint.category, "level": complaint.level, "act": act, "who": who, "at": at}
    await session.execute(_STEP, values | {"complaint_id": complaint.complaint_id, "sealed": sealed})


async def steps(session: AsyncSession, complaint_id: UUID) -> list[Step]:
    """All that was done with a complaint, in order."""
    rows = await session.execute(_STEPS, {"complaint_id": complaint_id})
    return [Step(row.step, row.act, row.who, row.at, row.category, Level(row.level), row.sealed) for row in rows]


async def page(
    session: AsyncSession, bound: Bound, asked: dict[str, object], page: Paging[UUID], *, by_due: bool = False
) -> list[Complaint]:
    """The caller's complaints, in order of entry or of when an answer is owed.

    `asked`: state, level, category, citizen_id, number, late, claimed, who (asks), now.
    """
    statement = _BY_DUE if by_due else _BY_ENTRY
    return [_complaint(row) for row in await session.execute(*statement.within(bound, asked | page.bounds))]


async def figures(
    session: AsyncSession, bound: Bound, begins: datetime, ends: datetime, now: datetime
) -> list[Figures]:
    """Figures of the caller's complaints entered from an instant to another, by category."""
    asked = {"begins": begins, "ends": ends, "now": now}
    return [Figures(*row) for row in await session.execute(*_FIGURES.within(bound, asked))]


async def late(session: AsyncSession, now: datetime, limit: int) -> list[Complaint]:
    """Complaints of governorates' teams that should have been answered; their rows are locked."""
    return [_complaint(row) for row in await session.execute(_LATE, {"now": now, "limit": limit})]


async def standing(session: AsyncSession, before: datetime, limit: int) -> list[Complaint]:
    """Complaints that were answered before an instant and not contested; their rows are locked."""
    return [_complaint(row) for row in await session.execute(_STANDING, {"before": before, "limit": limit})]
