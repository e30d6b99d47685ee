"""Who comes without an appointment, or with another one: taken in a free hour, or within the site's daily share."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.appointments import repository, service
from card_service.appointments.errors import NoRoomToday
from card_service.appointments.models import Change
from card_service.cards import repository as cards
from card_service.cards.errors import SiteUnknown
from card_service.dependencies import Dependencies
from card_service.distribution import repository as sites
from card_service.distribution import slots
from card_service.distribution.models import Slot
from card_service.distribution.opening import HOUR
from card_service.handover.errors import CardOnItsWay, NoSite, OtherSite
from card_service.keys import REBOOKING_DAYS, WALK_IN_PERCENT
from chassis.clock import business_day, day_begins
from chassis.principal import Principal

_PERCENT = 100


def share_of(day: list[Slot], percent: int) -> int:
    """How many walk-ins a site takes on a day beside those in its hours: that share of what it offers, rounded down."""
    return sum(slot.offered for slot in day) * percent // _PERCENT


async def take(session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID) -> Change:
    """Take somebody now at the caller's site: in this hour if it has room, else within the day's share.

    Raises NoSite, CardUnknown, CardNotWaiting, CardOnItsWay, OtherSite, SiteUnknown or NoRoomToday.
    """
    site_id = caller.bound.site_id
    if site_id is None:
        raise NoSite("A counter's token names its site.", detail_ar="يتم التسليم من مكان الاستلام فقط.")
    card = await service.waiting_card(session, caller, card_id)
    if card.bound_for == site_id:
        raise CardOnItsWay.expected(card.expected_on)
    if not card.lies_at(site_id):
        raise OtherSite(detail_ar="الكارت ليس هنا: يمكن نقله إلى هذا المكان بموعد.")
    site = await sites.find_site(session, site_id)
    if site is None:
        raise SiteUnknown
    now, day = deps.now(), business_day(deps.now())
    begins, ends = day_begins(day), day_begins(day + timedelta(days=1))
    today = await slots.free(session, [site_id], begins, ends)
    current = next((slot for slot in today if slot.starts_at <= now < slot.starts_at + HOUR), None)
    before = await repository.booked(session, card_id)
    if current is not None and before is not None and before.starts_at == current.starts_at:
        return service.change_of(card_id, "walk_in", before, (site_id, current.starts_at), caller.subject, now)
    if current is not None and current.free:
        return await service.book(session, deps, card, site, current.starts_at, "walk_in", caller.subject)
    if not await repository.take_walk_in(session, site_id, day, share_of(today, deps.figure(WALK_IN_PERCENT))):
        raise await _no_room(session, deps, site_id, now)
    await service.release(session, card_id)
    await cards.collected_at(session, [card_id], site_id, None)
    await repository.served(session, [card_id])
    change = service.change_of(card_id, "walk_in", before, (site_id, None), caller.subject, now)
    await repository.put(session, [change])
    return change


async def _no_room(session: AsyncSession, deps: Dependencies, site_id: UUID, now: datetime) -> NoRoomToday:
    ahead = await slots.free(session, [site_id], now, now + timedelta(days=deps.figure(REBOOKING_DAYS)))
    first = next((slot.starts_at for slot in ahead if slot.free), None)
    return NoRoomToday(detail_ar="احجز له أقرب موعد متاح.", next_free=first.isoformat() if first else None)
