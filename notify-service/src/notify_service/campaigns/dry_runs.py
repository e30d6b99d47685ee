"""Dry runs: whom a campaign would reach and what it would cost, counted step by step; nothing is queued.

The first step is done while the caller waits, so a small audience is counted at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import ROUND_CEILING
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import new_id
from chassis.periodic import Periodic
from chassis.principal import Principal
from notify_service.campaigns import audience, repository, service
from notify_service.campaigns.errors import CampaignUnknown, DryRunNeeded, DryRunUnknown
from notify_service.campaigns.models import Campaign, DryRun, DryRunState, Fate
from notify_service.campaigns.schemas import DryRun as Counts
from notify_service.context import Runtime
from notify_service.templates.preview import LANGUAGES

WINDOW = 20_000  # citizens that are counted in one transaction
BREATH_SECONDS: Final = 0.01
GOOD_FOR: Final = timedelta(days=1)  # then whom a campaign reaches is counted anew before its start is proposed


async def begin(session: AsyncSession, runtime: Runtime, caller: Principal, campaign_id: UUID) -> DryRun:
    """Begin to count. Raises CampaignUnknown."""
    campaign = caller.bound.own(await repository.find(session, campaign_id), CampaignUnknown)
    made = await _first(session, runtime, caller, campaign)
    await repository.add_dry_run(session, made)
    return made


async def find(session: AsyncSession, campaign: Campaign, dry_run_id: UUID) -> DryRun:
    """A dry run of a campaign. Raises DryRunUnknown."""
    found = await repository.find_dry_run(session, campaign.campaign_id, dry_run_id)
    if found is None:
        raise DryRunUnknown
    return found


async def for_start(session: AsyncSession, runtime: Runtime, caller: Principal, campaign: Campaign) -> DryRun:
    """The count by which a start is decided: one of this moment where that is quick, else the latest one.

    Raises DryRunNeeded.
    """
    made = await _first(session, runtime, caller, campaign)
    if made.state is DryRunState.DONE:
        return made
    latest = await repository.latest_dry_run(session, campaign.campaign_id)
    if latest is None or latest.asked_at < runtime.clock.now() - GOOD_FOR:
        raise DryRunNeeded
    return latest


async def _first(session: AsyncSession, runtime: Runtime, caller: Principal, campaign: Campaign) -> DryRun:
    made = DryRun(
        dry_run_id=new_id(), campaign_id=campaign.campaign_id, state=DryRunState.COUNTING, after=audience.FIRST,
        looked_at=0, expected=await audience.size(session, campaign), counts={}, asked_by=caller.actor.who,
        asked_at=runtime.clock.now(), ended_at=None,
    )  # fmt: skip
    return await _step(session, runtime, campaign, made)


async def _step(session: AsyncSession, runtime: Runtime, campaign: Campaign, run: DryRun) -> DryRun:
    """Count the next citizens."""
    found = await audience.count(session, campaign, service.terms_of(runtime), run.after or audience.FIRST, WINDOW)
    counts = {fate: dict(languages) for fate, languages in run.counts.items()}
    for (fate, language), citizens in found.by_fate.items():
        of_fate = counts.setdefault(fate, {})
        of_fate[language] = of_fate.get(language, 0) + citizens
    more = found.looked_at == WINDOW
    return run._replace(
        state=DryRunState.COUNTING if more else DryRunState.DONE,
        after=found.after if more else None,
        looked_at=run.looked_at + found.looked_at,
        counts=counts,
        ended_at=None if more else runtime.clock.now(),
    )


async def work(runtime: Runtime) -> float | None:
    """Do the next step of a dry run that counts; seconds until there is more to do, None where there is none."""
    async with runtime.sessions() as session, session.begin():
        run = await repository.next_dry_run(session)
        campaign = await repository.find(session, run.campaign_id) if run else None
        if run is None or campaign is None:
            return None
        await repository.set_dry_run(session, await _step(session, runtime, campaign, run))
    return BREATH_SECONDS


def counts_of(runtime: Runtime, campaign: Campaign, counted: Mapping[Fate, Mapping[str, int]]) -> Counts:
    """What was counted, with the parts and the cost that come of it."""
    by_fate = {fate: sum(languages.values()) for fate, languages in counted.items()}
    by_language: dict[Literal["ar", "en"], int] = dict.fromkeys(LANGUAGES, 0)
    for language, citizens in counted.get(Fate.REACHED, {}).items():
        by_language["en" if language == "en" else "ar"] += citizens
    parts = sum(
        by_language[language] * service.parts_of(runtime, campaign.ar if language == "ar" else campaign.en, language)
        for language in LANGUAGES
    )
    cost = runtime.state.rules.campaigns.part_cost * parts
    return Counts.of(by_fate, by_language, parts, int(cost.to_integral_value(ROUND_CEILING)))


DRY_RUNS: Periodic[Runtime] = Periodic(
    "campaign_dry_runs", work, lambda runtime: runtime.state.settings.notify_upkeep_seconds
)
