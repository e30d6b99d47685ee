"""Use cases of a holder's appointment: hours that may be chosen, another hour or site, called off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.appointments import repository
from card_service.appointments.errors import CardNotWaiting, NoAppointment, RebookedOften, SlotTooFar, SlotTooSoon
from card_service.appointments.models import Booked, Change, ChangeKind
from card_service.appointments.schemas import AppointmentIn
from card_service.cards import repository as cards
from card_service.cards.errors import SiteUnknown
from card_service.cards.lifecycle import WAITING
from card_service.cards.models import Card
from card_service.cards.service import card_of
from card_service.dependencies import Dependencies
from card_service.distribution import repository as sites
from card_service.distribution import slots
from card_service.distribution.errors import SlotUnknown
from card_service.distribution.models import NewAppointment, PickupSite, Slot
from card_service.distribution.plans import pickup_scheduled
from card_service.keys import MOST_REBOOKINGS, REBOOKING_DAYS, TRAVEL_DAYS
from chassis import outbox
from chassis.clock import day_begins
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.appointments import PickupCancelled
from policybook.calendar import nth_working_day


@dataclass(frozen=True)
class Hours:
    """Hours of a site between which a card may be given an appointment."""

    site: PickupSite
    earliest: datetime
    behind: datetime


async def waiting_card(session: AsyncSession, caller: Principal, card_id: UUID, *, lock: bool = True) -> Card:
    """A card that waits to be collected, its row locked. Raises CardUnknown or CardNotWaiting."""
    card = await card_of(session, caller, card_id, lock=lock)
    if card.state not in WAITING:
        raise CardNotWaiting(detail_ar="تم تسليم الكارت أو إنهاؤه.")
    return card


async def hours_for(session: AsyncSession, deps: Dependencies, card: Card, site_id: UUID) -> Hours:
    """When a card may be collected at a site of its governorate: not before it can be there. Raises SiteUnknown."""
    site = await sites.find_site(session, site_id)
    if site is None or site.governorate != card.governorate:
        raise SiteUnknown(detail_ar="اختر مكاناً في محافظة الكارت.")
    now, today = deps.now(), deps.today()
    earliest = now
    if not card.lies_at(site_id):
        earliest = max(now, day_begins(_there(deps, card, site_id)))
    return Hours(site, earliest, day_begins(today + timedelta(days=deps.figure(REBOOKING_DAYS) + 1)))


def _there(deps: Dependencies, card: Card, site_id: UUID) -> date:
    """By when a card can be at a site where it does not lie: as was said of it, else when it has travelled."""
    if card.bound_for == site_id and card.expected_on is not None:
        return card.expected_on
    return nth_working_day(deps.policies.book, deps.today(), deps.figure(TRAVEL_DAYS))


async def free_hours(
    session: AsyncSession,
    deps: Dependencies,
    caller: Principal,
    card_id: UUID,
    site_id: UUID | None,
    first: date | None,
) -> tuple[PickupSite, list[Slot]]:
    """Hours that a card's holder may choose at a site, its own if none is named.

    Raises CardUnknown, CardNotWaiting or SiteUnknown.
    """
    return await free_hours_of(session, deps, await waiting_card(session, caller, card_id, lock=False), site_id, first)


async def free_hours_of(
    session: AsyncSession, deps: Dependencies, card: Card, site_id: UUID | None, first: date | None
) -> tuple[PickupSite, list[Slot]]:
    """The same for a card that waits to be collected. Raises SiteUnknown."""
    wanted = site_id or card.bound_for or card.site_id
    if wanted is None:
        raise SiteUnknown(detail_ar="لم يحدد للكارت مكان استلام، اختر مكاناً.")
    hours = await hours_for(session, deps, card, wanted)
    begins = max(hours.earliest, day_begins(first)) if first else hours.earliest
    found = await slots.free(session, [wanted], begins, hours.behind)
    return hours.site, [slot for slot in found if slot.free]


async def rebook(
    session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID, given: AppointmentIn
) -> Change:
    """Give a card the hour that its holder chose; the one before is free again, and to another site the card travels.

    Raises CardUnknown, CardNotWaiting, SiteUnknown, RebookedOften, SlotTooSoon, SlotTooFar, SlotUnknown or SlotFull.
    """
    card = await waiting_card(session, caller, card_id)
    return await rebook_card(session, deps, card, given, caller.subject)


async def rebook_card(session: AsyncSession, deps: Dependencies, card: Card, given: AppointmentIn, by: str) -> Change:
    """The same for a card that waits to be collected, whose row is locked; `by`: who has chosen."""
    most = deps.figure(MOST_REBOOKINGS)
    if await repository.changed(session, card.card_id) >= most:
        raise RebookedOften(f"At most {most} times.", detail_ar=f"بحد أقصى {most}", most=most)
    hours = await hours_for(session, deps, card, given.site_id)
    if given.starts_at < hours.earliest or given.starts_at <= deps.now():
        earliest = hours.earliest.isoformat()
        raise SlotTooSoon(f"Not before {earliest}.", detail_ar="اختر موعداً بعد وصول الكارت.", earliest=earliest)
    if given.starts_at >= hours.behind:
        raise SlotTooFar(detail_ar="اختر موعداً أقرب.")
    kind: ChangeKind = "rebooked" if (card.bound_for or card.site_id) in {None, given.site_id} else "moved"
    return await book(session, deps, card, hours.site, given.starts_at, kind, by)


async def book(
    session: AsyncSession,
    deps: Dependencies,
    card: Card,
    site: PickupSite,
    starts_at: datetime,
    kind: ChangeKind,
    by: str,
) -> Change:
    """Give a card an hour in the place of the one it has, and tell. Raises SlotUnknown or SlotFull."""
    if not await slots.free(session, [site.site_id], starts_at, starts_at + timedelta(seconds=1)):
        raise SlotUnknown(detail_ar="اختر موعداً من المواعيد المتاحة.")
    before = await repository.booked(session, card.card_id)
    held = [(before.site_id, before.starts_at)] if before else []
    await repository.lock_hours(session, [*held, (site.site_id, starts_at)])
    await release(session, card.card_id)
    number = await repository.last_number(session, card.card_id) + 1
    appointment = NewAppointment(new_id(), card.card_id, site.site_id, starts_at, number)
    await sites.book(session, [appointment], deps.now())
    expected_on = None if card.lies_at(site.site_id) else _there(deps, card, site.site_id)
    await cards.collected_at(session, [card.card_id], site.site_id, expected_on)
    await repository.served(session, [card.card_id])
    change = change_of(card.card_id, kind, before, (site.site_id, starts_at), by, deps.now())
    await repository.put(session, [change])
    await outbox.add(session, pickup_scheduled(appointment, site, card.citizen_id, card.household_id, because=kind))
    return change


async def cancel(session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID) -> Change:
    """Call an appointment off: its place is another's. Raises CardUnknown, CardNotWaiting or NoAppointment."""
    card = await waiting_card(session, caller, card_id)
    before = await release(session, card_id)
    if before is None:
        raise NoAppointment(detail_ar="لا يوجد ما يلغى.")
    change = change_of(card_id, "cancelled", before, None, caller.subject, deps.now())
    await repository.put(session, [change])
    await outbox.add(session, cancelled(before, card.citizen_id, card.household_id, "asked"))
    return change


async def release(session: AsyncSession, card_id: UUID) -> Booked | None:
    """Cancel the appointment a card waits for, and free its place; which one it was."""
    before = await repository.booked(session, card_id)
    if before is not None:
        await sites.cancel(session, [card_id])
    return before


def change_of(
    card_id: UUID,
    kind: ChangeKind,
    before: Booked | None,
    after: tuple[UUID, datetime | None] | None,
    by: str,
    at: datetime,
) -> Change:
    """A change from one hour to another, to a site without an hour, or to none."""
    to_site, to_starts_at = after or (None, None)
    return Change(
        change_id=new_id(),
        card_id=card_id,
        kind=kind,
        from_site=before.site_id if before else None,
        from_starts_at=before.starts_at if before else None,
        to_site=to_site,
        to_starts_at=to_starts_at,
        changed_by=by,
        changed_at=at,
    )


def cancelled(before: Booked, citizen_id: UUID, household_id: UUID, because: str) -> PickupCancelled:
    """The event of an appointment that is no more."""
    return PickupCancelled(
        appointment_id=before.appointment_id,
        card_id=before.card_id,
        citizen_id=citizen_id,
        household_id=household_id,
        starts_at=before.starts_at,
        because=because,
    )
