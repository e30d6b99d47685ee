"""A site is shut, has ended or has fewer counters: its people get other hours, there or elsewhere, and are told.

Nobody is lost: whoever finds no hour waits in a table and is tried again. Nobody has two: the hour before is given back
in the transaction that takes the new one. Capacity is kept by the slots themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.appointments import repository, service
from card_service.appointments.models import Booked, Change, Stranded
from card_service.cards import repository as cards
from card_service.cards.lifecycle import WAITING
from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.distribution import repository as sites
from card_service.distribution import slot_making, slots
from card_service.distribution.models import NewAppointment, PickupSite
from card_service.distribution.offering import offers_of, planning_site
from card_service.distribution.planning import Group, Placement, Planner
from card_service.distribution.plans import pickup_scheduled
from card_service.keys import REBOOKING_DAYS, TRAVEL_DAYS
from chassis import outbox
from chassis.ids import new_id
from chassis.isolation import Batches
from chassis.periodic import Periodic
from contracts.event import Event
from policybook.calendar import nth_working_day

CHUNK: Final = 500
EVERY_SECONDS: Final = 5.0
TRY_AGAIN: Final = timedelta(hours=1)
WORKER: Final = "displaced_appointments"
BY: Final = "card-service"


@dataclass(frozen=True)
class Ahead:
    """Days of which hours are looked for."""

    first: date
    days: int


async def _displaced(session: AsyncSession, runtime: Runtime, limit: int) -> Sequence[Stranded]:
    now = runtime.state.dependencies.now()
    return await repository.displaced(session, await slots.displaced(session, now, limit))


async def _awaiting(session: AsyncSession, runtime: Runtime, limit: int) -> Sequence[Stranded]:
    await repository.drop_over(session, [state.value for state in WAITING])
    return await repository.awaiting(session, runtime.state.dependencies.now(), limit)


async def _replan(session: AsyncSession, runtime: Runtime, stranded: Sequence[Stranded]) -> None:
    """Give each card another hour; those without one wait."""
    deps = runtime.state.dependencies
    now = deps.now()
    held: dict[UUID, Booked] = {}
    for one in stranded:  # first of all their places are given back: two of them may change over
        before = await service.release(session, one.card_id)
        if before is not None:
            held[one.card_id] = before
    places = await _places(session, deps, stranded)
    known = await sites.sites_by_id(session, {place.site_id for place in places.values()})
    await _book(session, deps, stranded, places, known, held)
    left = [one for one in stranded if one.card_id not in places]
    await repository.await_hour(session, [one.card_id for one in left], now, now + TRY_AGAIN)
    shut = [one for one in left if one.card_id in held]
    await repository.put(
        session, [service.change_of(one.card_id, "displaced", held[one.card_id], None, BY, now) for one in shut]
    )
    await outbox.add(
        session,
        *(service.cancelled(held[one.card_id], one.citizen_id, one.household_id, "closed") for one in shut),
        at=now,
    )


async def _places(session: AsyncSession, deps: Dependencies, stranded: Sequence[Stranded]) -> dict[UUID, Placement]:
    """Where each card may be collected: at its own site from today on, else elsewhere once it can be there."""
    today, days = deps.today(), deps.figure(REBOOKING_DAYS)
    here = [one for one in stranded if one.lies]
    own = await sites.sites_by_id(session, {one.site_id for one in here})
    placed = await _placed(session, deps, own.values(), Ahead(today, days), _groups(here, stay=True))
    left = [one for one in stranded if one.card_id not in placed]
    there = nth_working_day(deps.policies.book, today, deps.figure(TRAVEL_DAYS))
    for governorate in sorted({one.governorate for one in left}):
        others = await sites.sites(session, governorate, today)
        groups = _groups([one for one in left if one.governorate == governorate], stay=False)
        placed |= await _placed(session, deps, others, Ahead(there, days), groups)
    return placed


async def _placed(
    session: AsyncSession, deps: Dependencies, among: Iterable[PickupSite], ahead: Ahead, groups: Sequence[Group]
) -> dict[UUID, Placement]:
    of = list(among)
    if not of or not groups:
        return {}
    await slot_making.ensure(session, deps, of, ahead.first, ahead.days)
    offered = await offers_of(session, deps, of, ahead.first, ahead.days)
    outcome = Planner(map(planning_site, of), offered.offers).place(groups)
    return {placement.citizen_id: placement for placement in outcome.placements}  # groups of cards here


def _groups(stranded: Sequence[Stranded], *, stay: bool) -> list[Group]:
    """Cards of one household that lie at one site go together."""
    together: dict[tuple[UUID, UUID], list[Stranded]] = defaultdict(list)
    for one in stranded:
        together[one.household_id, one.site_id].append(one)
    return [
        Group(household, of[0].district, tuple(one.card_id for one in of), site if stay else None)
        for (household, site), of in together.items()
    ]


async def _book(
    session: AsyncSession,
    deps: Dependencies,
    stranded: Sequence[Stranded],
    places: Mapping[UUID, Placement],
    known: Mapping[UUID, PickupSite],
    held: Mapping[UUID, Booked],
) -> None:
    now = deps.now()
    appointments: list[NewAppointment] = []
    events: list[Event] = []
    changes: list[Change] = []
    moving: dict[UUID, list[UUID]] = defaultdict(list)
    for one in stranded:
        place = places.get(one.card_id)
        if place is None:
            continue
        new = NewAppointment(new_id(), one.card_id, place.site_id, place.starts_at, one.last_number + 1)
        appointments.append(new)
        moving[place.site_id].append(one.card_id)
        site = known[place.site_id]
        events.append(pickup_scheduled(new, site, one.citizen_id, one.household_id, because="replanned"))
        after = (place.site_id, place.starts_at)
        changes.append(service.change_of(one.card_id, "replanned", held.get(one.card_id), after, BY, now))
    if not appointments:
        return
    await sites.book(session, appointments, now)
    there = nth_working_day(deps.policies.book, deps.today(), deps.figure(TRAVEL_DAYS))
    for site_id, of in moving.items():
        await cards.collected_at(session, of, site_id, there)
    await repository.served(session, [one.card_id for one in appointments])
    await repository.put(session, changes)
    await outbox.add(session, *events, at=now)


DISPLACED = Batches(WORKER, _displaced, _replan, lambda one: one.card_id, lambda _: CHUNK)
WAITING_FOR_HOURS = Batches(repository.AWAITING, _awaiting, _replan, lambda one: one.card_id, lambda _: CHUNK)
REPLANNING: Final[tuple[Periodic[Runtime], ...]] = (
    Periodic(DISPLACED.worker, DISPLACED.run, EVERY_SECONDS),
    Periodic(WAITING_FOR_HOURS.worker, WAITING_FOR_HOURS.run, EVERY_SECONDS),
)
