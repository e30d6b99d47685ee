"""The reaction that knows how many draws there were: outlets' days, told once they are over."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Reactions, Received
from contracts.summaries import OutletDaySummarised
from notify_service.context import Runtime
from notify_service.delivery_figures import repository
from notify_service.delivery_figures.repository import Draws


def follow_draws(reactions: Reactions[Runtime]) -> None:
    """Count draws by governorate and day."""
    reactions.on(OutletDaySummarised)(outlet_day)


async def outlet_day(events: Sequence[Received[OutletDaySummarised]], session: AsyncSession, _: Runtime) -> None:
    """Add an outlet's sales to those of its governorate."""
    told = [
        Draws(e.data.governorate, e.data.business_day, sum(terminals.sales for terminals in e.data.terminals))
        for e in events
    ]
    await repository.add_draws(session, [one for one in told if one.draws])
