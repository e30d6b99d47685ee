"""The answer to «كارتي», «موعد» and «أقرب»: card-service states card, appointment, free hours, site; this tells it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Received
from contracts.appointments import CardStated
from notify_service.context import Context
from notify_service.messages import service
from notify_service.messages.service import Intent
from notify_service.templates.card_facts import CardStateFacts, OfferFacts, SiteFacts
from notify_service.templates.facts import AppointmentFacts, Facts
from notify_service.words import Topic


async def stated(session: AsyncSession, here: Context, events: Sequence[Received[CardStated]]) -> None:
    """Tell where a card stands or when it is collected, and which hours may be chosen."""
    told: dict[str, list[Intent]] = defaultdict(list)
    for event in events:
        for template, facts in _messages(event.data):
            intent = Intent(
                event.id,
                facts,
                citizen_id=event.data.citizen_id,
                household_id=event.data.household_id,
                subject=event.data.inquiry_id,
            )
            told[template].append(intent)
    for template, intents in told.items():
        await service.queue(session, here, template, intents)


def _messages(stated: CardStated) -> list[tuple[str, Facts]]:
    ar, en = stated.site_name_ar, stated.site_name_en
    found: list[tuple[str, Facts]] = []
    if stated.topic == Topic.NEAREST:
        return [("pickup_site", SiteFacts(site_name_ar=ar, site_name_en=en, hours=stated.hours))] if ar and en else []
    if stated.starts_at is not None and ar and en:
        facts = AppointmentFacts(site_name_ar=ar, site_name_en=en, starts_at=stated.starts_at)
        found.append(("appointment_stated", facts))
    else:
        found.append(("card_stated", CardStateFacts(state=stated.state or "none")))
    if stated.offers and ar and en:
        found.append(("appointment_offers", OfferFacts(site_name_ar=ar, site_name_en=en, offers=stated.offers)))
    return found
