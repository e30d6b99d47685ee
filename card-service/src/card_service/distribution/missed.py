"""Missed appointments: the citizen is told, and once given a fresh hour at the same site, where the card lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.distribution import repository, slot_making
from card_service.distribution.models import MissedAppointment, NewAppointment, PickupSite
from card_service.distribution.offering import offers_of, planning_site
from card_service.distribution.planning import Group, Placement, Planner
from card_service.distribution.plans import pickup_scheduled
from card_service.keys import APPOINTMENTS, KEPT_DAYS, REBOOKING_DAYS
from card_service.weeks import WEEK
from chassis import outbox
from chassis.clock import business_day, day_begins
from chassis.ids import new_id
from chassis.isolation import Batches
from contracts.card import PickupMissed, PickupScheduled
from contracts.event import Event

CHUNK = 1000


async def _past(session: AsyncSession, runtime: Runtime, limit: int) -> list[MissedAppointment]:
    return await repository.miss(session, day_begins(runtime.state.dependencies.today()), limit)


async def _tell(session: AsyncSession, runtime: Runtime, missed: Sequence[MissedAppointment]) -> None:
    """Tell of appointments that were missed, and book anew whoever has an appointment left."""
    deps = runtime.state.dependencies
    again = [one for one in missed if one.missed < deps.figure(APPOINTMENTS)]
    rebooked = await _rebook(session, deps, again)
    expected = {event.card_id for event in rebooked}
    kept = timedelta(days=deps.figure(KEPT_DAYS))
    events: list[Event] = [
        PickupMissed(
            appointment_id=one.appointment_id,
            card_id=one.card_id,
            citizen_id=one.citizen_id,
            household_id=one.household_id,
            again=one.card_id in expected,
            kept_until=None if one.card_id in expected else business_day(one.ended_at) + kept,
        )
        for one in missed
    ]
    await outbox.add(session, *events, *rebooked, at=deps.now())


async def _rebook(session: AsyncSession, deps: Dependencies, missed: list[MissedAppointment]) -> list[PickupScheduled]:
    """Fresh hours from tomorrow on, in the first week with room; beyond the horizon there is none."""
    by_card = {one.card_id: one for one in missed}
    sites = await repository.sites_by_id(session, {one.site_id for one in missed})
    booked: list[NewAppointment] = []
    for governorate in sorted({site.governorate for site in sites.values()}):
        of = {site_id: site for site_id, site in sites.items() if site.governorate == governorate}
        waiting = [
            Group(one.household_id, "", (one.card_id,), one.site_id)  # of a card: it lies where it lies
            for one in missed
            if one.site_id in of
        ]
        for placement in await _places(session, deps, governorate, of, waiting):
            one = by_card[placement.citizen_id]
            booked.append(NewAppointment(new_id(), one.card_id, one.site_id, placement.starts_at, one.number + 1))
    if booked:
        await repository.book(session, booked, deps.now())
    return [
        pickup_scheduled(
            a, sites[a.site_id], by_card[a.card_id].citizen_id, by_card[a.card_id].household_id, because="missed"
        )
        for a in booked
    ]


async def _places(
    session: AsyncSession, deps: Dependencies, governorate: str, of: Mapping[UUID, PickupSite], waiting: list[Group]
) -> list[Placement]:
    """Hours at the sites of one governorate, in no week more than may be invited in it."""
    found: list[Placement] = []
    tomorrow = deps.today() + timedelta(days=1)
    others = {site.site_id: site for site in await repository.sites(session, governorate, deps.today())}
    for offset in range(0, deps.figure(REBOOKING_DAYS), WEEK):
        if not waiting:
            break
        first = tomorrow + timedelta(days=offset)
        await slot_making.ensure(session, deps, of.values(), first, WEEK)
        offered = await offers_of(session, deps, {**others, **of}.values(), first, WEEK)
        outcome = Planner(map(planning_site, of.values()), offered.offers, offered.room).place(waiting)
        found += outcome.placements
        placed = {placement.citizen_id for placement in outcome.placements}
        waiting = [group for group in waiting if group.citizens[0] not in placed]
    return found


# Appointments whose day is over and whose card was not collected.
MISSED = Batches(repository.MISSED, _past, _tell, lambda one: one.appointment_id, lambda _: CHUNK)
