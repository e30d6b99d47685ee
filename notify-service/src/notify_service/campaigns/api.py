"""Routes of campaigns: texts, audiences, their start by two persons, and what becomes of them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Request

from approvals.errors import ProposalOpen
from approvals.schemas import ProposalReply
from chassis.area import OutsideBound
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import Rate
from chassis.paging import Paging, by_id
from chassis.problems import UnsupportedMedia
from chassis.routing import router
from chassis.row_files import form_of
from contracts.scopes import Scope
from notify_service.campaigns import dry_runs, repository, service, starting, texts
from notify_service.campaigns.errors import (
    AudienceByFilter,
    CampaignMoved,
    CampaignState,
    CampaignTimes,
    CampaignUnknown,
    DryRunNeeded,
    DryRunUnknown,
    NotRecipients,
    TextRefused,
    TextUnknown,
    ValuesRefused,
)
from notify_service.campaigns.models import State
from notify_service.campaigns.schemas import (
    Campaign,
    CampaignDryRun,
    CampaignEdit,
    CampaignIn,
    CampaignPage,
    CampaignProgress,
    CampaignText,
    CampaignTextIn,
    CampaignTextPage,
    RecipientsTaken,
)
from notify_service.context import Running

routes = router(tags=["campaigns"])

_SEEN_BY = (Scope.CAMPAIGNS_WRITE, Scope.CAMPAIGNS_APPROVE)
_ROWS = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string"}} for kind in ("text/csv", "application/x-ndjson")},
    }
}


@routes.post("/v1/campaign-texts", scopes=Scope.CAMPAIGNS_WRITE, status_code=202, problems=(TextRefused, ProposalOpen))
async def propose_text(given: CampaignTextIn, runtime: Running, caller: Caller, session: Work) -> ProposalReply:
    """Propose a text, or the next version of one; it may be used when another person has approved it.

    Refused are texts with national ids, PINs, numbers of cards, illnesses, or placeholders that nothing fills.
    """
    made = await texts.propose(session, runtime, caller, given)
    return ProposalReply.of(made, runtime.clock.now())


@routes.get("/v1/campaign-texts", scopes=_SEEN_BY)
async def list_texts(session: Reading, page: Annotated[Paging[UUID], by_id(100, 500)]) -> CampaignTextPage:
    """Approved texts; every version stays usable."""
    found = [CampaignText.of(text) for text in await repository.texts(session, page)]
    return CampaignTextPage.of(page, found, lambda text: text.text_id)


@routes.post(
    "/v1/campaigns",
    scopes=Scope.CAMPAIGNS_WRITE,
    status_code=201,
    problems=(TextUnknown, TextRefused, ValuesRefused, CampaignTimes, OutsideBound),
)
async def create_campaign(given: CampaignIn, runtime: Running, caller: Caller, session: Work) -> Campaign:
    """Make a campaign of an approved text. Whoever is bound to a governorate means citizens of it alone."""
    return Campaign.of(await service.create(session, runtime, caller, given))


@routes.get("/v1/campaigns", scopes=_SEEN_BY)
async def list_campaigns(
    caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(100, 500)], state: State | None = None
) -> CampaignPage:
    """The campaigns of the caller's area."""
    found = [Campaign.of(one) for one in await repository.page(session, caller.bound, state, page)]
    return CampaignPage.of(page, found, lambda campaign: campaign.campaign_id)


@routes.get("/v1/campaigns/{campaign_id}", scopes=_SEEN_BY, problems=CampaignUnknown)
async def read_campaign(campaign_id: UUID, runtime: Running, caller: Caller, session: Reading) -> CampaignProgress:
    """A campaign and how far it is."""
    campaign = await service.find(session, caller, campaign_id)
    progress = await service.progress(session, runtime, campaign)
    return CampaignProgress(**dict(Campaign.of(campaign)), progress=progress)


@routes.put(
    "/v1/campaigns/{campaign_id}",
    scopes=Scope.CAMPAIGNS_WRITE,
    problems=(
        CampaignUnknown,
        CampaignState,
        CampaignMoved,
        TextUnknown,
        TextRefused,
        ValuesRefused,
        CampaignTimes,
        OutsideBound,
    ),
)
async def edit_campaign(
    campaign_id: UUID, given: CampaignEdit, runtime: Running, caller: Caller, session: Work
) -> Campaign:
    """Change a draft that nobody has changed since it was read; what is proposed stays as it is."""
    return Campaign.of(await service.edit(session, runtime, caller, campaign_id, given))


@routes.post(
    "/v1/campaigns/{campaign_id}/recipients",
    scopes=Scope.CAMPAIGNS_WRITE,
    problems=(CampaignUnknown, CampaignState, AudienceByFilter, NotRecipients, UnsupportedMedia),
    openapi_extra=_ROWS,
    rate=Rate.BULK,
    deadline=30,
)
async def take_recipients(campaign_id: UUID, request: Request, caller: Caller, session: Work) -> RecipientsTaken:
    """Add recipients to a campaign that has no filter: the column citizen_id, or card_id.

    CSV or NDJSON, at most 20,000 rows; each is answered, a faulty one spoils no other. Several files may be sent;
    whoever stands in two of them is told once.
    """
    found = form_of(request.headers.get("content-type", ""))
    if found is None:
        raise UnsupportedMedia("Send text/csv or application/x-ndjson.")
    return await service.take(session, caller, campaign_id, await request.body(), *found)


@routes.post(
    "/v1/campaigns/{campaign_id}/dry-runs",
    scopes=_SEEN_BY,
    status_code=202,
    problems=CampaignUnknown,
    rate=Rate.BULK,
)
async def make_dry_run(campaign_id: UUID, runtime: Running, caller: Caller, session: Work) -> CampaignDryRun:
    """Count whom the campaign would reach now, who is left out and why, how many parts it takes and what they cost.

    A small audience is counted at once; a large one goes on by itself.
    """
    run = await dry_runs.begin(session, runtime, caller, campaign_id)
    campaign = await service.find(session, caller, campaign_id)
    return CampaignDryRun.of(run, dry_runs.counts_of(runtime, campaign, run.counts))


@routes.get(
    "/v1/campaigns/{campaign_id}/dry-runs/{dry_run_id}", scopes=_SEEN_BY, problems=(CampaignUnknown, DryRunUnknown)
)
async def read_dry_run(
    campaign_id: UUID, dry_run_id: UUID, runtime: Running, caller: Caller, session: Reading
) -> CampaignDryRun:
    """A dry run: how far it is, and what it has found."""
    campaign = await service.find(session, caller, campaign_id)
    run = await dry_runs.find(session, campaign, dry_run_id)
    return CampaignDryRun.of(run, dry_runs.counts_of(runtime, campaign, run.counts))


@routes.post(
    "/v1/campaigns/{campaign_id}/start",
    scopes=Scope.CAMPAIGNS_WRITE,
    status_code=202,
    problems=(CampaignUnknown, CampaignState, DryRunNeeded, ProposalOpen),
    rate=Rate.BULK,
)
async def start_campaign(campaign_id: UUID, runtime: Running, caller: Caller, session: Work) -> ProposalReply:
    """Propose that it start; it does when another person has approved.

    The proposal shows whom it reaches: of this moment where the audience is small, else by its latest dry run, which is
    not older than a day.
    """
    made = await starting.propose(session, runtime, caller, campaign_id)
    return ProposalReply.of(made, runtime.clock.now())


@routes.post(
    "/v1/campaigns/{campaign_id}/pause", scopes=Scope.CAMPAIGNS_WRITE, problems=(CampaignUnknown, CampaignState)
)
async def pause_campaign(campaign_id: UUID, runtime: Running, caller: Caller, session: Work) -> Campaign:
    """Send nothing more for now, at once; only what the sender is handing over this moment still leaves."""
    return Campaign.of(await service.pause(session, runtime, caller, campaign_id))


@routes.post(
    "/v1/campaigns/{campaign_id}/resume", scopes=Scope.CAMPAIGNS_WRITE, problems=(CampaignUnknown, CampaignState)
)
async def resume_campaign(campaign_id: UUID, caller: Caller, session: Work) -> Campaign:
    """Go on with a paused campaign."""
    return Campaign.of(await service.resume(session, caller, campaign_id))


@routes.post("/v1/campaigns/{campaign_id}/cancellation", scopes=_SEEN_BY, problems=(CampaignUnknown, CampaignState))
async def cancel_campaign(campaign_id: UUID, runtime: Running, caller: Caller, session: Work) -> Campaign:
    """Send nothing more for good, at once; what was queued is cancelled. Who approves campaigns may stop them, too."""
    return Campaign.of(await service.cancel(session, runtime, caller, campaign_id))
