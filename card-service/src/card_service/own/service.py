"""Use cases of a citizen's own card: theirs alone, whatever else there is is as if it were not there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.appointments import repository as appointments
from card_service.appointments import service as booking
from card_service.appointments.errors import CardNotWaiting
from card_service.appointments.models import Booked, Change
from card_service.appointments.schemas import AppointmentIn
from card_service.cards import repository as cards
from card_service.cards.errors import CardUnknown
from card_service.cards.lifecycle import ENDED, WAITING
from card_service.cards.models import Card
from card_service.dependencies import Dependencies
from card_service.distribution import repository as sites
from card_service.distribution.models import PickupSite, Slot
from card_service.keys import MOST_REBOOKINGS
from card_service.losses import service as losses
from card_service.registry import repository as register
from card_service.registry.models import Citizen, Household
from chassis.principal import Principal
from chassis.problems import NotFound


@dataclass(frozen=True)
class Found:
    """A citizen's card with where it is collected."""

    card: Card
    citizen: Citizen
    site: PickupSite | None
    booked: Booked | None
    booked_at: PickupSite | None
    changes_left: int


async def own_card(session: AsyncSession, citizen_id: UUID, *, lock: bool = False) -> Card:
    """The card a citizen means: the one that is not ended, else the last. Raises CardUnknown."""
    found = await cards.of_citizen(session, citizen_id)
    meant = next((card for card in found if card.state not in ENDED), found[0] if found else None)
    card = await cards.find(session, meant.card_id, lock=lock) if meant else None
    if card is None:
        raise CardUnknown
    return card


async def read(session: AsyncSession, deps: Dependencies, caller: Principal) -> Found:
    """The caller's card as it stands. Raises CardUnknown."""
    card = await own_card(session, caller.person_id)
    citizen = await register.find_citizen(session, card.citizen_id)
    if citizen is None:
        raise CardUnknown
    waits = card.state in WAITING
    booked = await appointments.seen(session, card.card_id) if waits else None
    place = (card.bound_for or card.site_id) if waits else None
    named = await sites.sites_by_id(session, [one for one in (place, booked.site_id if booked else None) if one])
    left = deps.figure(MOST_REBOOKINGS) - await appointments.changed(session, card.card_id)
    return Found(
        card,
        citizen,
        named.get(place) if place else None,
        booked,
        named.get(booked.site_id) if booked else None,
        max(0, left),
    )


async def free_hours(
    session: AsyncSession, deps: Dependencies, caller: Principal, site_id: UUID | None, first: date | None
) -> tuple[PickupSite, list[Slot]]:
    """Hours that the caller may choose. Raises CardUnknown, CardNotWaiting or SiteUnknown."""
    card = _waiting(await own_card(session, caller.person_id))
    return await booking.free_hours_of(session, deps, card, site_id, first)


async def choose(session: AsyncSession, deps: Dependencies, caller: Principal, given: AppointmentIn) -> Change:
    """Give the caller's card the hour that was chosen. Raises CardUnknown, or as `appointments.service.rebook`."""
    card = _waiting(await own_card(session, caller.person_id, lock=True))
    return await booking.rebook_card(session, deps, card, given, caller.subject)


async def report_loss(session: AsyncSession, deps: Dependencies, caller: Principal) -> losses.Reported:
    """Stop the caller's card. Raises CardUnknown, CardStateConflict or HolderNumberTooNew."""
    card = await own_card(session, caller.person_id, lock=True)
    return await losses.report_own(session, deps, caller, card)


async def household(session: AsyncSession, caller: Principal) -> tuple[Household, Citizen, list[Citizen]]:
    """The caller's household, the caller and all members. Raises NotFound."""
    citizen = await register.find_citizen(session, caller.person_id)
    found = await register.find_household(session, citizen.household_id) if citizen and citizen.household_id else None
    if citizen is None or found is None:
        raise NotFound
    return found, citizen, await register.members(session, found.household_id)


def _waiting(card: Card) -> Card:
    if card.state not in WAITING:
        raise CardNotWaiting(detail_ar="تم تسليم الكارت أو إنهاؤه.")
    return card
