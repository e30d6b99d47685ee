"""Use cases: a campaign is made, counted, given its recipients, paused, resumed, cancelled, and watched."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypedDict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import OutsideBound
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.principal import Principal
from chassis.row_files.reader import Form
from notify_service.campaigns import audience, repository, rows, texts
from notify_service.campaigns.audience import Terms
from notify_service.campaigns.errors import (
    AudienceByFilter,
    CampaignMoved,
    CampaignState,
    CampaignTimes,
    CampaignUnknown,
    TextUnknown,
)
from notify_service.campaigns.models import (
    SENDING,
    Campaign,
    Filter,
    Move,
    Pace,
    State,
    comes_to,
    expected_end,
)
from notify_service.campaigns.schemas import CampaignEdit, CampaignIn, Progress, RecipientsTaken, results
from notify_service.context import Runtime
from notify_service.keys import MessageClass
from notify_service.messages import of_campaigns
from notify_service.templates.encoding import measure
from notify_service.templates.texts import CAMPAIGN, marked
from notify_service.templates.variables import Value
from notify_service.templates.wording import Language

_LONGEST = timedelta(days=366)


async def create(session: AsyncSession, runtime: Runtime, caller: Principal, given: CampaignIn) -> Campaign:
    """Make a campaign, which sends nothing yet.

    Raises TextUnknown, TextRefused, ValuesRefused, CampaignTimes, or OutsideBound for an audience elsewhere.
    """
    bound, now = caller.bound.only_governorate, runtime.clock.now()
    campaign = Campaign(
        campaign_id=new_id(), governorate=bound, state=State.DRAFT, after=None, all_queued=False, tokens=0.0,
        released_at=None, created_by=caller.actor.who, created_at=now, started_at=None, ended_at=None,
        **await _as_given(session, runtime, given, bound),
    )  # fmt: skip
    await repository.create(session, campaign)
    return campaign


async def edit(
    session: AsyncSession, runtime: Runtime, caller: Principal, campaign_id: UUID, given: CampaignEdit
) -> Campaign:
    """Change a draft; recipients that a file named are forgotten where it has a filter now.

    Raises CampaignUnknown, CampaignState, CampaignMoved, and what `create` raises.
    """
    campaign = await _locked(session, caller, campaign_id)
    if campaign.state is not State.DRAFT:
        raise _not_now(campaign)
    if campaign.revision != given.revision:
        raise CampaignMoved(
            f"Its revision is {campaign.revision} by now.",
            detail_ar="اقرأ المسودة من جديد.",
            revision=campaign.revision,
        )
    changed = await _as_given(session, runtime, given, campaign.governorate)
    edited = replace(campaign, **changed, revision=campaign.revision + 1)
    await repository.edit(session, edited)
    await repository.outdate_dry_runs(session, campaign_id)
    if edited.filter is not None:
        await repository.forget_recipients(session, campaign_id)
    return edited


class _Given(TypedDict):
    """What whoever writes a campaign says of it, as it is kept."""

    name: str
    text_id: UUID
    values: Mapping[str, Value]
    filter: Filter | None
    ar: str
    en: str
    parts: int
    parts_per_second: int
    messages_per_week: int
    starts_at: datetime
    ends_at: datetime


async def _as_given(session: AsyncSession, runtime: Runtime, given: CampaignIn, bound: str | None) -> _Given:
    """Raises TextUnknown, TextRefused, ValuesRefused, CampaignTimes or OutsideBound."""
    text = await texts.find(session, given.text_id)
    if text is None:
        raise TextUnknown
    made = texts.previews(text, given.values, runtime)
    now, figures = runtime.clock.now(), runtime.state.rules.campaigns
    starts_at = max(given.starts_at or now, now)
    if not starts_at < given.ends_at <= starts_at + _LONGEST:
        raise CampaignTimes("It ends after it begins, within a year.", detail_ar="تنتهي الحملة بعد بدايتها وخلال سنة.")
    return _Given(
        name=given.name, text_id=text.text_id, values=given.values,
        filter=_within(given.audience.filter(), bound) if given.audience else None,
        ar=made["ar"].text or "", en=made["en"].text or "",
        parts=max(parts_of(runtime, one.text or "", language) for language, one in made.items()),
        parts_per_second=given.parts_per_second or figures.parts_per_second,
        messages_per_week=given.messages_per_week or figures.messages_per_week,
        starts_at=starts_at, ends_at=given.ends_at,
    )  # fmt: skip


def _within(given: Filter, bound: str | None) -> Filter:
    """That no citizen outside the caller's governorate is meant. Raises OutsideBound."""
    elsewhere = {*given.governorates, *(district.partition(".")[0] for district in given.districts)} - {bound}
    if bound is not None and elsewhere:
        raise OutsideBound("This audience is in another area.", detail_ar="الجمهور المطلوب خارج نطاق صلاحيتك.")
    return given


async def find(session: AsyncSession, caller: Principal, campaign_id: UUID) -> Campaign:
    """A campaign of the caller's area. Raises CampaignUnknown."""
    return caller.bound.own(await repository.find(session, campaign_id), CampaignUnknown)


async def take(
    session: AsyncSession, caller: Principal, campaign_id: UUID, body: bytes, form: Form, charset: str | None
) -> RecipientsTaken:
    """Add those whom a file names. Raises CampaignUnknown, CampaignState, AudienceByFilter or NotRecipients."""
    campaign = await _locked(session, caller, campaign_id)
    if campaign.state is not State.DRAFT:
        raise _not_now(campaign)
    if campaign.filter is not None:
        raise AudienceByFilter
    read = await asyncio.to_thread(rows.read, body, form, charset)
    ids: list[UUID | None] = [row.id for row in read.named]
    none: list[UUID | None] = [None] * len(ids)
    by_citizen = read.by == "citizen_id"
    known = await audience.recipients(session, ids if by_citizen else none, none if by_citizen else ids)
    taken: list[int] = []
    citizens: list[UUID] = []
    for row, one in zip(read.named, known, strict=True):
        if one.citizen_id is None or campaign.governorate not in {None, one.governorate}:
            read.faults[row.line] = "recipient_unknown"
            continue
        taken.append(row.line)
        citizens.append(one.citizen_id)
    await audience.add_recipients(session, campaign_id, citizens)
    await repository.outdate_dry_runs(session, campaign_id)
    items = results(taken, read.faults, rows.FAULTS)
    return RecipientsTaken(taken=len(taken), rejected=len(read.faults), items=items)


def parts_of(runtime: Runtime, text: str, language: Language) -> int:
    """The parts of a text as it leaves; an installation for training says in each what it is."""
    return measure(marked(text, language) if runtime.settings.training else text).parts


def kind_of(runtime: Runtime) -> MessageClass:
    """The class of messages that campaigns are of."""
    return runtime.state.rules.classes[CAMPAIGN]


def terms_of(runtime: Runtime) -> Terms:
    """By which rules audiences are judged now."""
    return Terms(
        essential=kind_of(runtime).essential,
        despite_restriction=CAMPAIGN in runtime.state.rules.despite_restriction,
        today=business_day(runtime.clock.now()),
    )


async def pause(session: AsyncSession, runtime: Runtime, caller: Principal, campaign_id: UUID) -> Campaign:
    """Send nothing more for now; what the sender has not taken yet stays. Raises CampaignUnknown or CampaignState."""
    campaign = await _moved(session, caller, campaign_id, Move.PAUSE)
    await _hold_back(session, runtime, campaign)
    return campaign


async def resume(session: AsyncSession, caller: Principal, campaign_id: UUID) -> Campaign:
    """Go on. Raises CampaignUnknown or CampaignState."""
    return await _moved(session, caller, campaign_id, Move.RESUME)


async def cancel(session: AsyncSession, runtime: Runtime, caller: Principal, campaign_id: UUID) -> Campaign:
    """Send nothing more for good. Raises CampaignUnknown or CampaignState."""
    campaign = await _moved(session, caller, campaign_id, Move.CANCEL)
    await _hold_back(session, runtime, campaign)
    return campaign


async def _hold_back(session: AsyncSession, runtime: Runtime, campaign: Campaign) -> None:
    now = runtime.clock.now()
    left = max(0.0, (campaign.ends_at - now).total_seconds())
    if back := await of_campaigns.hold_back(session, campaign.campaign_id, left):
        await repository.uncount_released(session, campaign.campaign_id, business_day(now), back)


async def _locked(session: AsyncSession, caller: Principal, campaign_id: UUID) -> Campaign:
    return caller.bound.own(await repository.lock(session, campaign_id), CampaignUnknown)


async def _moved(session: AsyncSession, caller: Principal, campaign_id: UUID, move: Move) -> Campaign:
    campaign = await _locked(session, caller, campaign_id)
    await go(session, campaign, move)
    return await find(session, caller, campaign_id)


async def go(session: AsyncSession, campaign: Campaign, move: Move, at: datetime | None = None) -> None:
    """Bring a locked campaign to its next state, `at` the beginning or the end of it all. Raises CampaignState."""
    state = comes_to(campaign.state, move)
    if state is None:
        raise _not_now(campaign)
    begins, ends = (at, None) if move is Move.START else (None, at)
    await repository.set_state(session, campaign.campaign_id, state, started_at=begins, ended_at=ends)


def _not_now(campaign: Campaign) -> CampaignState:
    return CampaignState(
        f"The campaign is {campaign.state}.", detail_ar="لا تسمح حالة الحملة الآن بذلك.", state=campaign.state.value
    )


async def progress(session: AsyncSession, runtime: Runtime, campaign: Campaign) -> Progress:
    """How far a campaign is."""
    found = await of_campaigns.sums(session, campaign.campaign_id)
    states = ("queued", "sending", "sent", "delivered", "failed", "expired", "cancelled")
    counts = {state: found[state].messages if state in found else 0 for state in states}
    now = runtime.clock.now()
    ends = None
    if campaign.state in SENDING:
        week = await repository.released_in_week(session, campaign.campaign_id, business_day(now))
        pace = Pace(campaign.parts_per_second / campaign.parts, campaign.messages_per_week, week)
        ends = expected_end(now, campaign.starts_at, counts["queued"], pace, lambda at: is_open(runtime, at))
    return Progress.model_validate(
        {
            **counts,
            "remaining": counts["queued"] + counts["sending"],
            "parts": sum(one.parts for one in found.values()),
            "all_queued": campaign.all_queued,
            "expected_end": ends if ends is not None and ends <= campaign.ends_at else None,
        }
    )


def is_open(runtime: Runtime, at: datetime) -> bool:
    """Whether messages of campaigns may leave at an instant: it is no quiet hour and no holiday."""
    rules = runtime.state.policies.figures.on(business_day(at))
    return rules.classes[CAMPAIGN].priority in rules.open_priorities(at)


def may_leave(campaign: Campaign, tokens: float, in_week: int, let_go: int, ahead_seconds: float) -> int:
    """How many messages may be handed to the sender now.

    `tokens`: parts that the rate allows; `let_go`: messages that the sender has still to take, which are never
    more than `ahead_seconds` of the rate, so that a pause leaves little to be taken back.
    """
    ahead = max(1, math.ceil(campaign.parts_per_second * ahead_seconds / campaign.parts))
    by_rate = int(tokens // campaign.parts)
    return max(0, min(by_rate, campaign.messages_per_week - in_week, ahead - let_go))
