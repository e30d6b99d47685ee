"""The job behind campaigns: it queues their messages step by step, lets them go at their rate, and ends what is over.

A message of a campaign waits apart from the queue (`ready` is false) until it is let go; so a queue full of them is
nothing the sender looks at, and whatever is more urgent leaves before the few that were let go.
"""

from __future__ import annotations

import time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import business_day
from chassis.periodic import Periodic
from notify_service.campaigns import audience, repository, service
from notify_service.campaigns.models import Campaign, Move, State
from notify_service.context import Runtime
from notify_service.messages import of_campaigns

# Citizens looked at, or messages cancelled, in one transaction: others queue theirs between two. On a busy machine
# they are fewer, so that nobody waits much longer than `TURN_SECONDS` for a turn.
LEAST, MOST = 100, 5000
TURN_SECONDS = 0.2
BREATH_SECONDS = 0.01
BURST_SECONDS = 2.0  # of the rate that may leave at once where nothing left before
AHEAD_SECONDS = 5.0  # of the rate that the sender may be given ahead


class Stride:
    """How many are done in one transaction: as many as the last ones took for what a turn may take."""

    def __init__(self) -> None:
        """Begin in the middle."""
        self.size = 1000

    def took(self, seconds: float) -> None:
        """Note how long a transaction with `size` of them took; it at most doubles."""
        fitting = self.size * TURN_SECONDS / max(seconds, 0.001)
        self.size = int(max(LEAST, min(MOST, self.size * 2, fitting)))


STRIDE = Stride()


async def work(runtime: Runtime) -> float | None:
    """Do the next step of every campaign; seconds until there is more to do, None where that is not known."""
    async with runtime.sessions() as session:
        ids = await repository.at_work(session)
    more = []
    for campaign_id in ids:
        began = time.monotonic()
        more.append(await step(runtime, campaign_id))
        if more[-1]:
            STRIDE.took(time.monotonic() - began)
    return BREATH_SECONDS if any(more) else None


async def step(runtime: Runtime, campaign_id: UUID) -> bool:
    """Do one campaign's next step in one transaction; whether there is more to do at once."""
    async with runtime.sessions() as session, session.begin():
        campaign = await repository.lock(session, campaign_id, passing_over=True)
        if campaign is None:
            return False
        if campaign.state is State.CANCELLING:
            return await _cancel(session, runtime, campaign)
        if campaign.starts_at > runtime.clock.now():
            return False
        if campaign.state is State.QUEUEING:
            more = await _queue(session, runtime, campaign)
            await _let_go(session, runtime, campaign)
            return more
        if campaign.state is State.RUNNING:
            await _let_go(session, runtime, campaign)
            if not await of_campaigns.any_left(session, campaign_id):
                await _over(session, runtime, campaign, Move.END)
        return False


async def _queue(session: AsyncSession, runtime: Runtime, campaign: Campaign) -> bool:
    """Queue to the next citizens; whether there are more."""
    left = (campaign.ends_at - runtime.clock.now()).total_seconds()
    after = None
    if not campaign.all_queued and left > 0:
        terms, priority = service.terms_of(runtime), service.kind_of(runtime).priority
        after = await audience.queue(session, campaign, terms, STRIDE.size, priority=priority, valid_seconds=left)
    if after is None:
        await repository.set_queued(session, campaign.campaign_id, campaign.after, all_queued=True)
        await service.go(session, campaign, Move.QUEUED)
        return False
    await repository.set_queued(session, campaign.campaign_id, after, all_queued=False)
    return True


async def _let_go(session: AsyncSession, runtime: Runtime, campaign: Campaign) -> None:
    """Hand to the sender what rate, week, quiet hours and holidays allow."""
    now = runtime.clock.now()
    if not service.is_open(runtime, now):
        return
    elapsed = (now - campaign.released_at).total_seconds() if campaign.released_at else BURST_SECONDS
    burst = max(campaign.parts, campaign.parts_per_second * BURST_SECONDS)
    tokens = min(burst, campaign.tokens + max(0.0, elapsed) * campaign.parts_per_second)
    today = business_day(now)
    in_week = await repository.released_in_week(session, campaign.campaign_id, today)
    let_go = await of_campaigns.let_go(session, campaign.campaign_id)
    most = service.may_leave(campaign, tokens, in_week, let_go, AHEAD_SECONDS)
    valid = service.kind_of(runtime).valid_hours * 3600.0
    gone = await of_campaigns.release(session, campaign.campaign_id, most, valid) if most else 0
    if gone:
        await repository.count_released(session, campaign.campaign_id, today, gone)
    await repository.set_released(session, campaign.campaign_id, tokens - gone * campaign.parts, now)


async def _cancel(session: AsyncSession, runtime: Runtime, campaign: Campaign) -> bool:
    """Cancel what is queued; whether there is more."""
    if await of_campaigns.cancel(session, campaign.campaign_id, STRIDE.size):
        return True
    if not await of_campaigns.any_left(session, campaign.campaign_id):
        await _over(session, runtime, campaign, Move.CANCELLED)
    return False


async def _over(session: AsyncSession, runtime: Runtime, campaign: Campaign, move: Move) -> None:
    await service.go(session, campaign, move, runtime.clock.now())
    await repository.forget_recipients(session, campaign.campaign_id)


CAMPAIGNS: Periodic[Runtime] = Periodic("campaigns", work, lambda runtime: runtime.state.settings.notify_upkeep_seconds)
