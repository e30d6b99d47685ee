"""Starting a campaign is decided by another person than who proposed it, who sees its words, numbers and cost."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from chassis.principal import Principal
from contracts.scopes import Scope
from notify_service.campaigns import dry_runs, repository, service
from notify_service.campaigns.errors import CampaignTimes, CampaignUnknown
from notify_service.campaigns.models import Campaign, Move
from notify_service.campaigns.schemas import Campaign as CampaignOut
from notify_service.context import Runtime
from notify_service.proposals import PROPOSALS

_SHOWN = {
    "name", "text_id", "ar", "en", "parts", "audience", "parts_per_second", "messages_per_week", "starts_at", "ends_at",
}  # fmt: skip


async def propose(session: AsyncSession, runtime: Runtime, caller: Principal, campaign_id: UUID) -> Proposal:
    """Propose that a campaign start. Raises CampaignUnknown, CampaignState, DryRunNeeded or ProposalOpen."""
    campaign = caller.bound.own(await repository.lock(session, campaign_id), CampaignUnknown)
    await service.go(session, campaign, Move.PROPOSE)
    run = await dry_runs.for_start(session, runtime, caller, campaign)
    counts = dry_runs.counts_of(runtime, campaign, run.counts)
    content = {
        **CampaignOut.of(campaign).model_dump(mode="json", include=_SHOWN),
        "dry_run": counts.model_dump(mode="json"),
        "counted_at": run.asked_at.isoformat(),
    }
    return await PROPOSALS.enter(
        session, runtime, caller, START, str(campaign_id), content, area=campaign.area, amount=counts.cost
    )


async def _start(session: AsyncSession, runtime: Runtime, proposal: Proposal, _: Principal) -> None:
    """Let it be queued. Raises CampaignTimes where its end has come meanwhile, or CampaignState."""
    campaign = await _of(session, proposal)
    now = runtime.clock.now()
    if campaign.ends_at <= now:
        raise CampaignTimes("It would be over.", detail_ar="موعد نهاية الحملة قد مضى.")
    await service.go(session, campaign, Move.START, now)


async def _released(session: AsyncSession, _: Runtime, proposal: Proposal) -> None:
    """Whoever made it may change it and propose it again."""
    await service.go(session, await _of(session, proposal), Move.RELEASE)


async def _of(session: AsyncSession, proposal: Proposal) -> Campaign:
    found = await repository.lock(session, UUID(proposal.subject))
    if found is None:
        raise CampaignUnknown
    return found


START: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(
        name="campaign-start",
        enters=Scope.CAMPAIGNS_WRITE,
        decides=Scope.CAMPAIGNS_APPROVE,
        execute=_start,
        released=_released,
    )
)
