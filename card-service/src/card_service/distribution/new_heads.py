"""New heads of household are invited to collect a card soon, not only with the next plan that somebody orders.

Whoever becomes a head by a request waits (`head_waiting`, written by a trigger). The job invites them within the days
of `pickup.new_head_days`, at a site of their district where there is room, by a small plan of the phase that gave the
household its card before. Without a place they are tried again each day; a plan that takes them in ends that, too.
With 0 days nobody is called: the next plan takes new heads in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.distribution import head_repository as store
from card_service.distribution import plan_repository, repository, slot_making
from card_service.distribution.head_repository import NewHead
from card_service.distribution.offering import offers_of, planning_site
from card_service.distribution.planning import Group, Planner
from card_service.distribution.plans import write
from card_service.distribution.schemas import PlanIn
from card_service.keys import NEW_HEAD_DAYS
from card_service.weeks import WEEK
from chassis.ids import new_id
from chassis.isolation import Batches
from chassis.periodic import Periodic

CHUNK: Final = 500
MOST_WEEKS: Final = 26  # of a plan
BY: Final = "card-service"  # nobody ordered these plans
SWEEPS: Final = 20  # it is about days: a plan for some minutes' heads is better than one for each


async def _waiting(session: AsyncSession, runtime: Runtime, limit: int) -> list[UUID]:
    return await store.waiting(session, runtime.state.dependencies.today(), limit)


async def _call(session: AsyncSession, runtime: Runtime, households: Sequence[UUID]) -> None:
    """Invite those who are still to be given a card; whoever finds no place today waits on, with 0 days nobody does."""
    deps, left = runtime.state.dependencies, set[UUID]()
    called = await store.heads(session, households) if deps.figure(NEW_HEAD_DAYS) else []
    for phase_id, found in groupby(called, key=lambda head: head.phase_id):
        heads = list(found)
        placed = await _planned(session, deps, phase_id, heads) if heads[0].goes_on else set()
        left |= {head.household_id for head in heads} - placed
    await store.tried(session, left, deps.today())
    await store.done(session, set(households) - left)


async def _planned(session: AsyncSession, deps: Dependencies, phase_id: UUID, heads: Sequence[NewHead]) -> set[UUID]:
    """Carry out a plan for heads of a phase; the households that are invited, none while another plan is under way."""
    first, days = deps.today() + timedelta(days=1), min(deps.figure(NEW_HEAD_DAYS), MOST_WEEKS * WEEK)
    await plan_repository.one_at_a_time(session, heads[0].governorate)
    found = await repository.sites(session, heads[0].governorate, deps.today())
    sites = {site.site_id: site for site in found}
    await slot_making.ensure(session, deps, found, first, days)
    offered = await offers_of(session, deps, found, first, days)
    groups = [Group(head.household_id, head.district, (head.citizen_id,)) for head in heads]
    planner = Planner(map(planning_site, found), offered.offers, offered.room, offered.points)
    outcome = planner.place(groups)
    if not outcome.placements:
        return set()
    given = PlanIn(week_start=first, weeks=-(-days // WEEK), limit=len(outcome.placements), holders="heads")
    plan_id = new_id()
    if not await plan_repository.create(session, plan_id, phase_id, given, "queued", BY, deps.now()):
        return set()
    plan = await plan_repository.find(session, plan_id)
    if plan is None:
        raise LookupError("a plan that was just written")
    used = {placement.site_id for placement in outcome.placements}
    capacities = {site_id: sum(offer.offered for offer in offered.offers[site_id]) for site_id in used}
    await plan_repository.begin(session, plan_id, given.limit, 0, capacities)
    await write(session, deps, plan, outcome, sites, {})
    await plan_repository.advance(
        session, plan, outcome, heads_left=0, others_left=0, done_household=None, ended_at=deps.now()
    )
    return {placement.household_id for placement in outcome.placements}


CALLS: Final = Batches(store.WORKER, _waiting, _call, lambda household_id: household_id, lambda _: CHUNK)


CALLING: Final[Periodic[Runtime]] = Periodic(
    store.WORKER,
    CALLS.run,
    lambda runtime: SWEEPS * runtime.state.dependencies.settings.card_sweep_seconds,
)
