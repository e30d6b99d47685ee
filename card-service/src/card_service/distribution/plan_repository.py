"""Every SQL statement of pick-up plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.distribution.models import Candidate, Plan, PlanSite
from chassis.row_arrays import statement

_PLAN = (
    "SELECT p.plan_id, p.phase_id, f.governorate, p.week_start, p.holders, p.max_citizens, p.status, p.heads_left,"
    " p.others_left, p.done_household, p.scheduled FROM pickup_plan p JOIN rollout_phase f USING (phase_id)"
)
_FIND = text(f"{_PLAN} WHERE p.plan_id = :plan_id")
_CLAIM = text(
    f"{_PLAN} WHERE p.status IN ('queued', 'running') AND f.state <> 'paused' ORDER BY p.attempts, p.plan_id LIMIT 1"
    " FOR UPDATE OF p SKIP LOCKED"
)
_CREATE = text(
    "INSERT INTO pickup_plan (plan_id, phase_id, week_start, holders, max_citizens, status, created_by, created_at)"
    " VALUES (:plan_id, :phase_id, :week_start, :holders, :max_citizens, 'queued', :created_by, :created_at)"
    " ON CONFLICT (phase_id) WHERE status IN ('queued', 'running') DO NOTHING RETURNING plan_id"
)
_COUNT_HEADS = text(
    "SELECT count(*) FROM household h JOIN citizen c USING (household_id)"
    " WHERE h.governorate = :governorate AND c.role = 'head'"
    " AND NOT EXISTS (SELECT FROM card k WHERE k.citizen_id = c.citizen_id AND k.state <> 'closed')"
)
_CANDIDATES = text(
    "SELECT c.household_id, h.district, c.citizen_id, c.role = 'head' AS is_head"
    " FROM household h JOIN citizen c USING (household_id)"
    " WHERE h.governorate = :governorate AND (CAST(:after AS uuid) IS NULL OR h.household_id > :after)"
    " AND (c.role = 'head' OR CAST(:others AS boolean) AND c.birth_date <= :born_by)"
    " AND NOT EXISTS (SELECT FROM card k WHERE k.citizen_id = c.citizen_id AND k.state <> 'closed')"
    " ORDER BY h.household_id, (c.role <> 'head'), c.citizen_id LIMIT :limit"
)
_HOUSEHOLD_SITES = text(
    "SELECT DISTINCT ON (c.household_id) c.household_id, k.site_id FROM citizen c JOIN card k USING (citizen_id)"
    " WHERE c.household_id = ANY(CAST(:households AS uuid[])) AND k.site_id IS NOT NULL"
    " ORDER BY c.household_id, k.card_id DESC"
)
_BEGIN = text(
    "UPDATE pickup_plan SET status = 'running', heads_left = :heads_left, others_left = :others_left"
    " WHERE plan_id = :plan_id"
)
_BEGIN_SITES = statement(
    "INSERT INTO pickup_plan_site (plan_id, site_id, capacity, scheduled)"
    " SELECT :plan_id, r.site_id, r.capacity, 0 FROM <rows>",
    site_id="uuid",
    capacity="integer",
)
_ADVANCE = text(
    "UPDATE pickup_plan SET heads_left = :heads_left, others_left = :others_left, done_household = :done_household,"
    " scheduled = scheduled + :scheduled, attempts = 0, finished_at = :finished_at,"
    " status = CASE WHEN CAST(:finished_at AS timestamptz) IS NULL THEN 'running' ELSE 'done' END"
    " WHERE plan_id = :plan_id"
)
_ADVANCE_SITES = statement(
    "UPDATE pickup_plan_site s SET scheduled = s.scheduled + r.citizens"
    " FROM <rows>"
    " WHERE s.plan_id = :plan_id AND s.site_id = r.site_id",
    site_id="uuid",
    citizens="integer",
)
_ADVANCE_UNPLACED = text(
    "INSERT INTO pickup_plan_unplaced (plan_id, reason, citizens) VALUES (:plan_id, :reason, :citizens)"
    " ON CONFLICT (plan_id, reason) DO UPDATE SET citizens = pickup_plan_unplaced.citizens + EXCLUDED.citizens"
)
_FAIL = text(
    "UPDATE pickup_plan SET attempts = attempts + 1,"
    " status = CASE WHEN attempts + 1 >= :max_attempts THEN 'failed' ELSE status END,"
    " finished_at = CASE WHEN attempts + 1 >= :max_attempts THEN clock_timestamp() END"
    " WHERE plan_id = :plan_id AND status IN ('queued', 'running')"
)
_SITES = text(
    "SELECT s.site_id, n.name_ar, n.name_en, s.scheduled, s.capacity FROM pickup_plan_site s"
    " JOIN pickup_site n USING (site_id) WHERE s.plan_id = :plan_id ORDER BY s.site_id"
)
_UNPLACED = text("SELECT reason, citizens FROM pickup_plan_unplaced WHERE plan_id = :plan_id ORDER BY reason")
_ANALYZE = text("SELECT analyse_plan_tables()")


async def create(
    session: AsyncSession,
    plan_id: UUID,
    phase_id: UUID,
    week_start: date,
    holders: str,
    max_citizens: int,
    created_by: str,
    now: datetime,
) -> bool:
    """Write a plan; False where another one of the phase is under way."""
    values = {
        "plan_id": plan_id,
        "phase_id": phase_id,
        "week_start": week_start,
        "holders": holders,
        "max_citizens": max_citizens,
        "created_by": created_by,
        "created_at": now,
    }
    return (await session.execute(_CREATE, values)).scalar() is not None


async def find(session: AsyncSession, plan_id: UUID) -> Plan | None:
    """A plan by id."""
    row = (await session.execute(_FIND, {"plan_id": plan_id})).one_or_none()
    return Plan(*row) if row else None


async def claim(session: AsyncSession) -> Plan | None:
    """The oldest open plan of a phase that is not paused and that no other worker has at hand, its row locked."""
    row = (await session.execute(_CLAIM)).one_or_none()
    return Plan(*row) if row else None


async def count_heads(session: AsyncSession, governorate: str) -> int:
    """How many heads of household of a governorate have no card."""
    return int((await session.execute(_COUNT_HEADS, {"governorate": governorate})).scalar_one())


async def begin(
    session: AsyncSession, plan_id: UUID, heads_left: int, others_left: int, capacities: Mapping[UUID, int]
) -> None:
    """Write what a plan may spend: citizens to invite, and each site's places in the week."""
    values = {"plan_id": plan_id, "heads_left": heads_left, "others_left": others_left}
    await session.execute(_BEGIN, values)
    sites = {"plan_id": plan_id, "site_id": list(capacities), "capacity": list(capacities.values())}
    await session.execute(_BEGIN_SITES, sites)


async def candidates(session: AsyncSession, plan: Plan, *, others: bool, born_by: date, limit: int) -> list[Candidate]:
    """Citizens without a card of the households after the plan's last, household by household, the head first."""
    values = {
        "governorate": plan.governorate,
        "after": plan.done_household,
        "others": others,
        "born_by": born_by,
        "limit": limit,
    }
    return [Candidate(*row) for row in await session.execute(_CANDIDATES, values)]


async def household_sites(session: AsyncSession, households: Sequence[UUID]) -> dict[UUID, UUID]:
    """The site to which others of a household were sent last, by household."""
    rows = await session.execute(_HOUSEHOLD_SITES, {"households": list(households)})
    return {row.household_id: row.site_id for row in rows}


async def advance(
    session: AsyncSession,
    plan: Plan,
    *,
    heads_left: int,
    others_left: int,
    done_household: UUID | None,
    scheduled: Mapping[UUID, int],
    unplaced: Mapping[str, int],
    finished_at: datetime | None,
) -> None:
    """Add a chunk to a plan's progress; `scheduled` by site, `unplaced` by reason. With `finished_at` it is done."""
    values = {
        "plan_id": plan.plan_id,
        "heads_left": heads_left,
        "others_left": others_left,
        "done_household": done_household,
        "scheduled": sum(scheduled.values()),
        "finished_at": finished_at,
    }
    await session.execute(_ADVANCE, values)
    sites = {"plan_id": plan.plan_id, "site_id": list(scheduled), "citizens": list(scheduled.values())}
    await session.execute(_ADVANCE_SITES, sites)
    for reason, citizens in unplaced.items():
        await session.execute(_ADVANCE_UNPLACED, {"plan_id": plan.plan_id, "reason": reason, "citizens": citizens})
    if finished_at is not None:
        await session.execute(_ANALYZE)  # hand-overs come next, and their plans must not be those of empty tables


async def fail(session: AsyncSession, plan_id: UUID, max_attempts: int) -> None:
    """Count a failed attempt; at `max_attempts` in a row the plan is given up."""
    await session.execute(_FAIL, {"plan_id": plan_id, "max_attempts": max_attempts})


async def plan_sites(session: AsyncSession, plan_id: UUID) -> list[PlanSite]:
    """Each site's part in a plan."""
    return [PlanSite(*row) for row in await session.execute(_SITES, {"plan_id": plan_id})]


async def unplaced(session: AsyncSession, plan_id: UUID) -> dict[str, int]:
    """How many citizens found no place, by reason."""
    return {row.reason: row.citizens for row in await session.execute(_UNPLACED, {"plan_id": plan_id})}
