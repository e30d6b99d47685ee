"""The answer to «أقرب»: supply-service states the outlets of the district; this tells a few of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Received
from contracts.outlets import OutletsStated
from notify_service.context import Context
from notify_service.messages import service
from notify_service.messages.service import Intent
from notify_service.templates.card_facts import NearFacts
from notify_service.templates.facts import Facts, NoFacts


async def stated(session: AsyncSession, here: Context, events: Sequence[Received[OutletsStated]]) -> None:
    """Tell the outlets of bread and of goods, or that none is known."""
    for event in events:
        template, facts = _message(event.data, here.rules.outlets_told)
        intent = Intent(
            event.id,
            facts,
            citizen_id=event.data.citizen_id,
            household_id=event.data.household_id,
            subject=event.data.inquiry_id,
        )
        await service.queue(session, here, template, [intent])


def _message(stated: OutletsStated, most: int) -> tuple[str, Facts]:
    bread = [outlet for outlet in stated.outlets if outlet.kind == "bakery"][:most]
    goods = [outlet for outlet in stated.outlets if outlet.kind != "bakery"][:most]
    return ("nearest_outlets", NearFacts(bread=bread, goods=goods)) if bread or goods else ("nearest_none", NoFacts())
