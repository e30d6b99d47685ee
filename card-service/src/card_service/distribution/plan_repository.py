"""Every SQL statement of pick-up plans."""

# ruff: noqa: S608 - a part of a statement takes only text of this module

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.lifecycle import without_card
from card_service.distribution.models import Candidate, DayLoad, Plan, PlanSite, PlanStatus
from card_service.distribution.planning import Outcome
from card_service.distribution.schemas import PlanIn
from card_service.weeks import day_of
from chassis.paging import Paging
from chassis.row_arrays import statement

_PLAN = (
    "SELECT p.plan_id, p.phase_id, f.governorate, f.production = 'bureau', p.week_start, p.weeks, p.holders,"
    " p.max_citizens, p.status,"
    " p.heads_left, p.others_left, p.done_household, p.scheduled, p.drafted, p.created_by, p.started_by, p.dropped_by,"
    " p.households, p.together, p.other_district, p.elderly, p.elderly_quiet, p.measured, p.metres"
    " FROM pickup_plan p JOIN rollout_phase f USING (phase_id)"
)
_FIND = text(f"{_PLAN} WHERE p.plan_id = :plan_id")
_LOCK = text(f"{_PLAN} WHERE p.plan_id = :plan_id FOR UPDATE OF p")
_OF_PHASE = text(f"{_PLAN} WHERE p.phase_id = :phase_id AND p.plan_id < :after ORDER BY p.plan_id DESC LIMIT :limit")
# Plans of one governorate invite one after the other: what a week may take is counted and taken in one transaction.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('pickup_plan'), CAST(:governorate AS integer))")
_CLAIM = text(
    f"{_PLAN} WHERE p.status = 'drafting' OR p.status IN ('queued', 'running') AND f.state <> 'paused'"
    " ORDER BY p.attempts, p.plan_id LIMIT 1 FOR UPDATE OF p SKIP LOCKED"
)
_CREATE = text(
    "INSERT INTO pickup_plan"
    " (plan_id, phase_id, week_start, weeks, holders, max_citizens, status, created_by, created_at)"
    " VALUES (:plan_id, :phase_id, :week_start, :weeks, :holders, :max_citizens, :status, :created_by, :created_at)"
    " ON CONFLICT (phase_id) WHERE status IN ('queued', 'running') DO NOTHING RETURNING plan_id"
)
_COUNT_HEADS = text(
    "SELECT count(*) FROM household h JOIN citizen c USING (household_id)"
    " WHERE h.governorate = :governorate AND h.trial_id IS NULL AND c.role = 'head'"
    f" AND {without_card('c.citizen_id')}"
)
_CANDIDATES = text(
    "SELECT c.household_id, h.district, c.citizen_id, c.role = 'head' AS is_head, c.birth_date <= :elderly_by"
    " FROM household h JOIN citizen c USING (household_id)"
    " WHERE h.governorate = :governorate AND h.trial_id IS NULL"
    " AND (CAST(:after AS uuid) IS NULL OR h.household_id > :after)"
    " AND (c.role = 'head' OR CAST(:others AS boolean) AND c.birth_date <= :born_by)"
    f" AND {without_card('c.citizen_id')}"
    " ORDER BY h.household_id, (c.role <> 'head'), c.citizen_id LIMIT :limit"
)
# A card that was sent elsewhere has its appointments cancelled, and may be invited for again.
_LYING = (
    " FROM card k JOIN citizen c USING (citizen_id) JOIN household h ON h.household_id = c.household_id"
    " WHERE k.phase_id = :phase_id AND k.state = 'in_stock'"
    " AND NOT EXISTS (SELECT FROM appointment a WHERE a.card_id = k.card_id AND a.state <> 'cancelled')"
)
_COUNT_LYING = text(f"SELECT count(*){_LYING} AND c.role = 'head'")
_CANDIDATES_LYING = (
    "SELECT c.household_id, h.district, c.citizen_id, c.role = 'head' AS is_head, c.birth_date <= :elderly_by,"
    " k.card_id, k.site_id, 1 + coalesce((SELECT max(a.number) FROM appointment a WHERE a.card_id = k.card_id), 0)"
    f"{_LYING} AND (CAST(:after AS uuid) IS NULL OR h.household_id > :after)"
    " AND (c.role = 'head' OR CAST(:others AS boolean) AND c.birth_date <= :born_by)"
    " ORDER BY h.household_id, (c.role <> 'head'), c.citizen_id LIMIT :limit"
)
_DRAFTED_LYING = text(_CANDIDATES_LYING)
_PLANNED_LYING = text(f"{_CANDIDATES_LYING} FOR UPDATE OF k")
_HOUSEHOLD_SITES = text(
    "SELECT DISTINCT ON (c.household_id) c.household_id, k.site_id FROM citizen c JOIN card k USING (citizen_id)"
    " WHERE c.household_id = ANY(CAST(:households AS uuid[])) AND k.site_id IS NOT NULL"
    " ORDER BY c.household_id, k.card_id DESC"
)
_BEGIN = text(
    "UPDATE pickup_plan SET status = CASE status WHEN 'queued' THEN 'running' ELSE status END,"
    " heads_left = :heads_left, others_left = :others_left WHERE plan_id = :plan_id"
)
_BEGIN_SITES = statement(
    "INSERT INTO pickup_plan_site (plan_id, site_id, capacity, scheduled)"
    " SELECT :plan_id, r.site_id, r.capacity, 0 FROM <rows>",
    site_id="uuid",
    capacity="integer",
)
_ADVANCE = text(
    "UPDATE pickup_plan SET heads_left = :heads_left, others_left = :others_left, done_household = :done_household,"
    " scheduled = scheduled + :scheduled, attempts = 0,"
    " households = households + :households, together = together + :together,"
    " other_district = other_district + :other_district, elderly = elderly + :elderly,"
    " elderly_quiet = elderly_quiet + :quiet, measured = measured + :measured, metres = metres + :metres,"
    " finished_at = CASE WHEN status <> 'drafting' THEN CAST(:ended_at AS timestamptz) END,"
    " status = CASE WHEN CAST(:ended_at AS timestamptz) IS NULL THEN status"
    " WHEN status = 'drafting' THEN 'draft' ELSE 'done' END"
    " WHERE plan_id = :plan_id"
)
_ADVANCE_SITES = statement(
    "INSERT INTO pickup_plan_site AS s (plan_id, site_id, capacity, scheduled)"
    " SELECT :plan_id, r.site_id, 0, r.citizens FROM <rows>"
    " ON CONFLICT (plan_id, site_id) DO UPDATE SET scheduled = s.scheduled + EXCLUDED.scheduled",
    site_id="uuid",
    citizens="integer",
)
_ADVANCE_LOAD = statement(
    "INSERT INTO pickup_plan_load AS l (plan_id, site_id, starts_at, citizens)"
    " SELECT :plan_id, r.site_id, r.starts_at, r.citizens FROM <rows>"
    " ON CONFLICT (plan_id, site_id, starts_at) DO UPDATE SET citizens = l.citizens + EXCLUDED.citizens",
    site_id="uuid",
    starts_at="timestamptz",
    citizens="integer",
)
_LOAD = text("SELECT site_id, starts_at, citizens FROM pickup_plan_load WHERE plan_id = :plan_id")
_DAYS = text(
    "SELECT l.day, l.site_id, sum(l.citizens) AS citizens, coalesce(sum(l.offered), 0) AS offered,"
    " max(l.citizens) AS most FROM ("
    f"  SELECT {day_of('p.starts_at')} AS day, p.site_id, p.citizens,"
    "   coalesce(s.offered, s.capacity) AS offered"
    "  FROM pickup_plan_load p JOIN pickup_slot s USING (site_id, starts_at) WHERE p.plan_id = :plan_id"
    ") l WHERE (l.day, l.site_id) > (CAST(:day AS date), CAST(:site_id AS uuid))"
    " GROUP BY l.day, l.site_id ORDER BY l.day, l.site_id LIMIT :limit"
)
_FORGET = (
    text("DELETE FROM pickup_plan_load WHERE plan_id = :plan_id"),
    text("DELETE FROM pickup_plan_site WHERE plan_id = :plan_id"),
    text("DELETE FROM pickup_plan_unplaced WHERE plan_id = :plan_id"),
)
_START = text(
    "UPDATE pickup_plan p SET status = 'queued', drafted = scheduled, scheduled = 0, heads_left = NULL,"
    " others_left = NULL, done_household = NULL, attempts = 0, households = 0, together = 0, other_district = 0,"
    " elderly = 0, elderly_quiet = 0, measured = 0, metres = 0, started_by = :by, started_at = :now"
    " WHERE plan_id = :plan_id AND NOT EXISTS (SELECT FROM pickup_plan o"
    "  WHERE o.phase_id = p.phase_id AND o.status IN ('queued', 'running')) RETURNING plan_id"
)
_DROP = text(
    "UPDATE pickup_plan SET status = 'dropped', dropped_by = :by, dropped_at = :now, finished_at = NULL"
    " WHERE plan_id = :plan_id"
)
_ADVANCE_UNPLACED = text(
    "INSERT INTO pickup_plan_unplaced (plan_id, reason, citizens) VALUES (:plan_id, :reason, :citizens)"
    " ON CONFLICT (plan_id, reason) DO UPDATE SET citizens = pickup_plan_unplaced.citizens + EXCLUDED.citizens"
)
_FAIL = text(
    "UPDATE pickup_plan SET attempts = attempts + 1,"
    " status = CASE WHEN attempts + 1 >= :max_attempts THEN 'failed' ELSE status END,"
    " finished_at = CASE WHEN attempts + 1 >= :max_attempts THEN clock_timestamp() END"
    " WHERE plan_id = :plan_id AND status IN ('drafting', 'queued', 'running')"
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
    given: PlanIn,
    status: PlanStatus,
    created_by: str,
    now: datetime,
) -> bool:
    """Write a plan, to be drafted or carried out; False where another one of the phase is carried out."""
    values = {
        "plan_id": plan_id,
        "phase_id": phase_id,
        "week_start": given.week_start,
        "weeks": given.weeks,
        "holders": given.holders,
        "max_citizens": given.limit,
        "status": status,
        "created_by": created_by,
        "created_at": now,
    }
    return (await session.execute(_CREATE, values)).scalar() is not None


async def find(session: AsyncSession, plan_id: UUID, *, lock: bool = False) -> Plan | None:
    """A plan by id, its row locked against other changes if asked."""
    row = (await session.execute(_LOCK if lock else _FIND, {"plan_id": plan_id})).one_or_none()
    return Plan(*row) if row else None


async def of_phase(session: AsyncSession, phase_id: UUID, page: Paging[UUID]) -> list[Plan]:
    """The plans of a phase, the newest first."""
    return [Plan(*row) for row in await session.execute(_OF_PHASE, {"phase_id": phase_id, **page.bounds})]


async def start(session: AsyncSession, plan_id: UUID, by: str, now: datetime) -> bool:
    """Let a draft be carried out from the beginning; False where another plan of the phase is."""
    started = await session.execute(_START, {"plan_id": plan_id, "by": by, "now": now})
    if started.scalar() is None:
        return False
    await _forget(session, plan_id)
    return True


async def drop(session: AsyncSession, plan_id: UUID, by: str, now: datetime) -> None:
    """Give a draft up; what it came to stays to be looked at."""
    await session.execute(_DROP, {"plan_id": plan_id, "by": by, "now": now})


async def _forget(session: AsyncSession, plan_id: UUID) -> None:
    for part in _FORGET:
        await session.execute(part, {"plan_id": plan_id})


async def one_at_a_time(session: AsyncSession, governorate: str) -> None:
    """Wait until no other plan of a governorate invites in a transaction under way."""
    await session.execute(_ONE_AT_A_TIME, {"governorate": int(governorate)})


async def load(session: AsyncSession, plan_id: UUID) -> dict[tuple[UUID, datetime], int]:
    """How many a plan sends to which site's hour."""
    rows = await session.execute(_LOAD, {"plan_id": plan_id})
    return {(row.site_id, row.starts_at): row.citizens for row in rows}


async def days(session: AsyncSession, plan_id: UUID, after: tuple[date, UUID], limit: int) -> list[DayLoad]:
    """A plan's load by day and site, those after a day and site."""
    asked = {"plan_id": plan_id, "day": after[0], "site_id": after[1], "limit": limit}
    return [DayLoad(*row) for row in await session.execute(_DAYS, asked)]


async def claim(session: AsyncSession) -> Plan | None:
    """The oldest open plan of a phase that is not paused and that no other worker has at hand, its row locked."""
    row = (await session.execute(_CLAIM)).one_or_none()
    return Plan(*row) if row else None


async def count_heads(session: AsyncSession, plan: Plan) -> int:
    """How many heads of household have no card, or one that lies at a site where a bureau makes the cards."""
    if plan.by_bureau:
        return int((await session.execute(_COUNT_LYING, {"phase_id": plan.phase_id})).scalar_one())
    return int((await session.execute(_COUNT_HEADS, {"governorate": plan.governorate})).scalar_one())


async def begin(
    session: AsyncSession, plan_id: UUID, heads_left: int, others_left: int, capacities: Mapping[UUID, int]
) -> None:
    """Write what a plan may spend: citizens to invite, and each site's places in the week."""
    values = {"plan_id": plan_id, "heads_left": heads_left, "others_left": others_left}
    await session.execute(_BEGIN, values)
    sites = {"plan_id": plan_id, "site_id": list(capacities), "capacity": list(capacities.values())}
    await session.execute(_BEGIN_SITES, sites)


async def candidates(
    session: AsyncSession, plan: Plan, *, others: bool, born_by: date, elderly_by: date, limit: int
) -> list[Candidate]:
    """Citizens without a card of the households after the plan's last, household by household, the head first.

    Where a bureau makes the cards: citizens whose card lies at a site and who were not invited for it, their cards
    locked by a plan that is carried out. Others than heads are born by `born_by`; who is born by `elderly_by` is
    elderly.
    """
    values = {
        "after": plan.done_household,
        "others": others,
        "born_by": born_by,
        "elderly_by": elderly_by,
        "limit": limit,
    }
    if plan.by_bureau:
        lying = _DRAFTED_LYING if plan.is_draft else _PLANNED_LYING
        rows = await session.execute(lying, {**values, "phase_id": plan.phase_id})
    else:
        rows = await session.execute(_CANDIDATES, {**values, "governorate": plan.governorate})
    return [Candidate(*row) for row in rows]


async def household_sites(session: AsyncSession, households: Sequence[UUID]) -> dict[UUID, UUID]:
    """The site to which others of a household were sent last, by household."""
    rows = await session.execute(_HOUSEHOLD_SITES, {"households": list(households)})
    return {row.household_id: row.site_id for row in rows}


async def advance(
    session: AsyncSession,
    plan: Plan,
    outcome: Outcome,
    *,
    heads_left: int,
    others_left: int,
    done_household: UUID | None,
    ended_at: datetime | None,
) -> None:
    """Add a chunk to a plan's progress. With `ended_at` it is done, or drafted."""
    values = {
        "plan_id": plan.plan_id,
        "heads_left": heads_left,
        "others_left": others_left,
        "done_household": done_household,
        "scheduled": len(outcome.placements),
        "ended_at": ended_at,
    }
    await session.execute(_ADVANCE, values | vars(outcome.figures))
    hours = Counter((placement.site_id, placement.starts_at) for placement in outcome.placements)
    sites: Counter[UUID] = Counter()
    for (site_id, _), citizens in hours.items():
        sites[site_id] += citizens
    placed = {"plan_id": plan.plan_id, "site_id": list(sites), "citizens": list(sites.values())}
    await session.execute(_ADVANCE_SITES, placed)
    load = {
        "plan_id": plan.plan_id,
        "site_id": [site_id for site_id, _ in hours],
        "starts_at": [starts_at for _, starts_at in hours],
        "citizens": list(hours.values()),
    }
    await session.execute(_ADVANCE_LOAD, load)
    for reason, citizens in outcome.unplaced.items():
        await session.execute(_ADVANCE_UNPLACED, {"plan_id": plan.plan_id, "reason": reason, "citizens": citizens})
    if ended_at is not None and not plan.is_draft:
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
