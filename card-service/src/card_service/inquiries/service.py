"""Use cases: answering what a citizen asks about the card, and giving it the hour the citizen chose by its number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.appointments import repository as appointments
from card_service.appointments import service as booking
from card_service.appointments.schemas import AppointmentIn
from card_service.cards import repository as cards
from card_service.cards.lifecycle import ENDED, WAITING
from card_service.cards.models import Card
from card_service.dependencies import Dependencies
from card_service.distribution import repository as sites
from card_service.distribution import slots
from card_service.distribution.models import Slot
from card_service.inquiries import repository
from card_service.keys import OFFERED_HOURS
from chassis import outbox
from chassis.clock import business_day
from chassis.refusals import Refusal
from contracts.appointments import CardStated, OpenOn
from contracts.notify import InquiryReceived

CARD: Final = "card"
APPOINTMENT: Final = "appointment"
NEAREST: Final = "nearest"
TOPICS: Final = frozenset({CARD, APPOINTMENT, NEAREST})


async def answer(session: AsyncSession, deps: Dependencies, asked: InquiryReceived) -> None:
    """Tell where a citizen's card stands; with a number, give it the hour that was offered under it.

    An hour that is taken meanwhile, or a number that was not offered, is answered with the hours that are free now. Who
    asks for the nearest is told of the site where a card waits, else nothing: supply-service tells of outlets.
    """
    card = await _card(session, asked)
    if card is not None and asked.choice is not None and await _chosen(session, deps, card, asked.choice):
        return  # the new appointment is told by its own event
    stated = await _stated(session, deps, asked, card)
    if asked.topic != NEAREST or stated.site_name_ar is not None:
        await outbox.add(session, stated)


async def _card(session: AsyncSession, asked: InquiryReceived) -> Card | None:
    """The card the citizen means: the one that is not ended, else the last."""
    found = await cards.of_citizen(session, asked.citizen_id)
    return next((card for card in found if card.state not in ENDED), found[0] if found else None)


async def _chosen(session: AsyncSession, deps: Dependencies, card: Card, number: int) -> bool:
    """Give a card the hour of a number; False where it cannot have it."""
    offered = await repository.offered(session, card.card_id, number)
    locked = await cards.find(session, card.card_id, lock=True)
    if offered is None or locked is None or locked.state not in WAITING:
        return False
    site_id, starts_at = offered
    try:
        async with session.begin_nested():
            given = AppointmentIn(site_id=site_id, starts_at=starts_at)
            await booking.rebook_card(session, deps, locked, given, f"citizen:{locked.citizen_id}")
    except Refusal:
        return False
    await repository.offer(session, card.card_id, site_id, (), deps.now())
    return True


async def _stated(session: AsyncSession, deps: Dependencies, asked: InquiryReceived, card: Card | None) -> CardStated:
    booked = await appointments.booked(session, card.card_id) if card else None
    waits = card is not None and card.state in WAITING
    site_id = booked.site_id if booked else (card.bound_for or card.site_id) if card and waits else None
    site = await sites.find_site(session, site_id) if site_id else None
    offers: list[datetime] = []
    if card is not None and waits and site is not None and asked.topic == APPOINTMENT:
        hours = await booking.hours_for(session, deps, card, site.site_id)
        free = await slots.free(session, [site.site_id], hours.earliest, hours.behind)
        wanted = deps.figure(OFFERED_HOURS)
        offers = list(_one_a_day(free, deps.now(), booked.starts_at if booked else None))[:wanted]
        await repository.offer(session, card.card_id, site.site_id, offers, deps.now())
    return CardStated(
        inquiry_id=asked.inquiry_id,
        citizen_id=asked.citizen_id,
        household_id=asked.household_id,
        topic=asked.topic,
        state=card.state if card else None,
        site_name_ar=site.name_ar if site else None,
        site_name_en=site.name_en if site else None,
        starts_at=booked.starts_at if booked else None,
        offers=offers,
        hours=[OpenOn(weekday=day.weekday, opens=day.opens, closes=day.closes) for day in site.week] if site else [],
    )


def _one_a_day(free: Sequence[Slot], now: datetime, had: datetime | None) -> Iterator[datetime]:
    """The hour of each day with most room, the day of the present appointment left out."""
    best: dict[date, Slot] = {}
    for slot in free:
        day = business_day(slot.starts_at)
        if slot.free and slot.starts_at > now and (had is None or day != business_day(had)):
            best[day] = max(best.get(day, slot), slot, key=lambda one: one.free)
    return (best[day].starts_at for day in sorted(best))
