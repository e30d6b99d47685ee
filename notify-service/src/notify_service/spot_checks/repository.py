"""Every SQL statement of spot checks."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.isolation import not_aside
from chassis.processing.restrictions import IN_FORCE
from chassis.row_arrays import columns, statement
from notify_service.messages.lifecycle import UNDELIVERED, Status
from notify_service.spot_checks.models import TEMPLATES, Asked, Due, Figures, Happened, State

ASKING: Final = "spot_checks"
_DUE_READ = TypeAdapter(Due)
_ASKED_READ = TypeAdapter(Asked)
_OF_CHECK = f"m.event_id = s.check_id AND m.template IN {tuple(TEMPLATES.values())}"
_IN_FORCE = IN_FORCE.format(day="CAST(:today AS date)")
_UNREACHED = ", ".join(f"'{status}'" for status in sorted({*UNDELIVERED, Status.CANCELLED}))

_PUT = statement(
    """
    INSERT INTO spot_check
        (check_id, about, subject, programme, citizen_id, household_id, happened_at, due_at, state, changed_at)
    SELECT r.*, 'waiting', clock_timestamp() FROM <rows>
    WHERE NOT EXISTS (SELECT FROM trial_household t WHERE t.household_id = r.household_id)
      AND NOT EXISTS (SELECT FROM erased_person e WHERE e.citizen_id = r.citizen_id)
    ON CONFLICT (about, subject) DO NOTHING
    """,
    check_id="uuid",
    about="text",
    subject="uuid",
    programme="text",
    citizen_id="uuid",
    household_id="uuid",
    happened_at="timestamptz",
    due_at="timestamptz",
)
# Who was asked lately is known for sure: no other process asks meanwhile.
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('unicard.spot_checks.' || current_schema(), 0))")
_DUE = text(
    f"""
    SELECT s.check_id, s.about, s.programme, s.citizen_id, s.household_id, s.happened_at, c.governorate, c.number_hash,
        CASE
            WHEN EXISTS (SELECT FROM deceased d WHERE d.citizen_id = s.citizen_id) THEN 'deceased'
            WHEN c.number_hash IS NULL THEN 'no_number'
            WHEN s.due_at <= :too_late THEN 'too_late'
            WHEN c.opted_out_at IS NOT NULL AND NOT CAST(:essential AS boolean) THEN 'opted_out'
            WHEN NOT CAST(:unrestricted AS boolean) AND EXISTS (
                SELECT FROM restriction r WHERE r.citizen_id = s.citizen_id AND {_IN_FORCE}
            ) THEN 'restricted'
            WHEN EXISTS (
                SELECT FROM spot_check o LEFT JOIN contact n ON n.citizen_id = o.citizen_id
                WHERE o.asked_at > :since AND (o.citizen_id = s.citizen_id OR n.number_hash = c.number_hash)
            ) THEN 'asked_lately'
        END AS reason
    FROM spot_check s LEFT JOIN contact c USING (citizen_id)
    WHERE s.state = 'waiting' AND s.due_at <= :now AND {not_aside(ASKING, "s.check_id")}
    ORDER BY s.due_at, s.check_id LIMIT :limit FOR UPDATE OF s SKIP LOCKED
    """
)
_MARK = statement(
    """
    UPDATE spot_check s SET state = r.state, reason = r.reason, governorate = r.governorate, asked_at = r.asked_at,
        changed_at = clock_timestamp()
    FROM <rows> WHERE s.check_id = r.check_id
    """,
    check_id="uuid",
    state="text",
    reason="text",
    governorate="text",
    asked_at="timestamptz",
)
_ASKED = f"""
    SELECT DISTINCT ON (c.number_hash) s.check_id, s.about, s.subject, s.citizen_id, s.state, c.number_hash,
        coalesce(m.sent_at, m.created_at) AS said_at,
        (SELECT k.number FROM complaint k WHERE k.complaint_id = s.complaint_id) AS complaint_number
    FROM spot_check s JOIN contact c USING (citizen_id) LEFT JOIN message m ON {_OF_CHECK}
    WHERE s.asked_at > :since AND s.state IN ('asked', 'received', 'not_received')
"""
_ASKED_OF = text(
    f"{_ASKED} AND c.number_hash = ANY(CAST(:hashes AS bytea[])) ORDER BY c.number_hash, s.asked_at DESC, s.check_id"
)
_LOCK = text(f"{_ASKED} AND s.check_id = :check_id ORDER BY c.number_hash".replace("DISTINCT ON (c.number_hash)", ""))
_ANSWER = text(
    "UPDATE spot_check SET state = :state, answered_at = :at, complaint_id = :complaint_id,"
    " changed_at = clock_timestamp() WHERE check_id = :check_id"
)
_FIGURES = BoundedStatement(
    f"""
    SELECT about, programme, governorate, count(*) AS asked,
        count(*) FILTER (WHERE state = 'received') AS received,
        count(*) FILTER (WHERE state = 'not_received') AS not_received,
        count(*) FILTER (WHERE state = 'asked' AND unreached) AS unreached,
        count(*) FILTER (WHERE state = 'asked' AND NOT unreached) AS unanswered
    FROM (
        SELECT s.about, s.programme, s.governorate, s.state, coalesce(m.status IN ({_UNREACHED}), false) AS unreached
        FROM spot_check s LEFT JOIN message m ON {_OF_CHECK}
        WHERE s.asked_at >= :begins AND s.asked_at < :ends
    ) s
    WHERE <bound> GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """,
    governorate="governorate",
)


async def put(session: AsyncSession, drawn: Sequence[Happened]) -> None:
    """Keep what was drawn; what is kept already, and what is of trials, is left as it is."""
    await session.execute(_PUT, columns(drawn, *Happened._fields))


async def due(
    session: AsyncSession,
    *,
    now: datetime,
    today: date,
    since: datetime,
    too_late: datetime,
    essential: bool,
    unrestricted: bool,
    limit: int,
) -> list[Due]:
    """Checks whose time has come, locked; until the commit no other transaction asks.

    `since`: whoever was asked after it is not asked; `too_late`: what was due by then is not asked any more;
    `essential`, `unrestricted`: of the class of the messages.
    """
    await session.execute(_TURN)
    asked = {
        "now": now, "today": today, "since": since, "too_late": too_late, "essential": essential,
        "unrestricted": unrestricted, "limit": limit,
    }  # fmt: skip
    rows = await session.execute(_DUE, asked)
    return [_DUE_READ.validate_python(dict(row._mapping)) for row in rows]


async def mark(session: AsyncSession, checks: Sequence[Due], reasons: Sequence[str | None], now: datetime) -> None:
    """These checks are asked now, those with a reason never."""
    states = [State.LEFT_OUT if reason else State.ASKED for reason in reasons]
    of = {
        "check_id": [one.check_id for one in checks],
        "state": states,
        "reason": list(reasons),
        "governorate": [one.governorate for one in checks],
        "asked_at": [None if reason else now for reason in reasons],
    }
    await session.execute(_MARK, of)


async def asked_of(session: AsyncSession, hashes: Sequence[bytes], since: datetime) -> dict[bytes, Asked]:
    """The last check that was asked of whoever has each of the numbers, after an instant."""
    if not hashes:
        return {}
    rows = await session.execute(_ASKED_OF, {"hashes": list(hashes), "since": since})
    found = [_ASKED_READ.validate_python(dict(row._mapping)) for row in rows]
    return {one.number_hash: one for one in found if one.number_hash}


async def again(session: AsyncSession, check_id: UUID, since: datetime) -> Asked | None:
    """A check as it stands by now, inbound messages being dealt with one transaction at a time."""
    row = (await session.execute(_LOCK, {"check_id": check_id, "since": since})).one_or_none()
    return _ASKED_READ.validate_python(dict(row._mapping)) if row else None


async def answer(
    session: AsyncSession, check_id: UUID, state: State, at: datetime, complaint_id: UUID | None = None
) -> None:
    """Note what was answered, and the complaint that it opened."""
    await session.execute(_ANSWER, {"check_id": check_id, "state": state, "at": at, "complaint_id": complaint_id})


async def figures(session: AsyncSession, bound: Bound, begins: datetime, ends: datetime) -> list[Figures]:
    """Figures of the caller's checks that were asked from an instant to another."""
    rows = await session.execute(*_FIGURES.within(bound, {"begins": begins, "ends": ends}))
    return [Figures(*row) for row in rows]
