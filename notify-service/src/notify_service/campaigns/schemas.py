"""What crosses the wire about campaigns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from chassis.paging import Page
from notify_service.campaigns import models
from notify_service.campaigns.models import DryRunState, Fate, Filter, State
from notify_service.messages.schemas import Instant, Wording
from notify_service.templates.variables import Value, VariableName, VariableType

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Rate = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Weekly = Annotated[int, Field(strict=True, ge=1, le=100_000_000)]
Members = Annotated[int, Field(strict=True, ge=0, le=50)]
Governorate = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
District = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}\.[0-9]{2}$")]


class CampaignTextIn(BaseModel):
    """A text in both languages and the types of its placeholders; `{hotline}` is filled by itself."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
    ar: Wording
    en: Wording
    variables: dict[VariableName, VariableType] = Field(default={}, max_length=20)


class CampaignText(BaseModel):
    """A text that another person has approved."""

    text_id: UUID
    name: str
    version: int
    ar: str
    en: str
    variables: dict[str, VariableType]
    entered_by: str
    approved_by: str
    approved_at: AwareDatetime

    @staticmethod
    def of(text: models.CampaignText) -> CampaignText:
        """A text as the API tells it."""
        return CampaignText.model_validate(text._asdict())


class CampaignTextPage(Page[CampaignText, UUID]):
    """Texts in the order of their approval."""


class Audience(BaseModel):
    """Who is meant: citizens for whom all hold. What is left out asks for nothing."""

    model_config = ConfigDict(extra="forbid")

    governorates: list[Governorate] = Field(default=[], max_length=27, description="of residence")
    districts: list[District] = Field(default=[], max_length=400, description="of the household's residence")
    language: Literal["ar", "en"] | None = None
    card: bool | None = Field(default=None, description="whether a card was ever handed over")
    members_from: Members | None = Field(default=None, description="of the household, at least")
    members_to: Members | None = Field(default=None, description="of the household, at most")

    def filter(self) -> Filter:
        """As it is kept."""
        values = self.model_dump()
        return Filter(**values | {name: tuple(values[name]) for name in ("governorates", "districts")})

    @staticmethod
    def of(kept: Filter) -> Audience:
        """As it was given."""
        values = {**vars(kept), "governorates": [*kept.governorates], "districts": [*kept.districts]}
        return Audience.model_validate(values)


class CampaignIn(BaseModel):
    """A campaign to be. Without `audience` its recipients come by file.

    `parts_per_second` and `messages_per_week`: the usual ones where they are left out.
    """

    model_config = ConfigDict(extra="forbid")

    name: Name
    text_id: UUID
    values: dict[VariableName, Value] = Field(default={}, max_length=20)
    audience: Audience | None = None
    parts_per_second: Rate | None = None
    messages_per_week: Weekly | None = None
    starts_at: Instant | None = Field(default=None, description="not before its approval in any case")
    ends_at: Instant = Field(description="what has not left by then is not sent any more")


class CampaignEdit(CampaignIn):
    """A draft as it shall be from now on; what is left out is as it is in a new one."""

    revision: Annotated[int, Field(strict=True, ge=1, description="of the draft that was read before")]


class Progress(BaseModel):
    """How far a campaign is. `remaining` are those made and not sent; more come while it is `queueing`."""

    queued: int
    sending: int
    sent: int
    delivered: int
    failed: int
    expired: int
    cancelled: int
    remaining: int
    parts: int = Field(description="of those that were sent")
    all_queued: bool
    expected_end: AwareDatetime | None = Field(
        description="by rate, week, quiet hours and holidays; null while it does not send, or where it is cut off"
    )


class Campaign(BaseModel):
    """A campaign as it stands; `ar` and `en` are what is sent."""

    campaign_id: UUID
    name: str
    governorate: str | None
    text_id: UUID
    values: dict[str, Value]
    audience: Audience | None = Field(description="null where its recipients come by file")
    ar: str
    en: str
    parts: int = Field(description="SMS parts of the longer one")
    parts_per_second: int
    messages_per_week: int
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    state: State
    revision: int = Field(description="grows with each edit of the draft")
    created_by: str
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None

    @staticmethod
    def of(campaign: models.Campaign) -> Campaign:
        """A campaign as the API tells it."""
        values = {name: getattr(campaign, name) for name in Campaign.model_fields if name != "audience"}
        audience = Audience.of(campaign.filter) if campaign.filter is not None else None
        return Campaign(**{**values, "values": dict(campaign.values), "audience": audience})


class CampaignProgress(Campaign):
    """A campaign and how far it is."""

    progress: Progress


class CampaignPage(Page[Campaign, UUID]):
    """Campaigns in the order in which they were made."""


class RecipientResult(BaseModel):
    """What became of a row."""

    row: int = Field(description="line in the file, the header being 1")
    status: Literal["taken", "rejected"]
    code: str | None = None
    reason: str | None = None
    reason_ar: str | None = None


class RecipientsTaken(BaseModel):
    """A file of recipients, answered row by row."""

    taken: int
    rejected: int
    items: list[RecipientResult]


class DryRun(BaseModel):
    """Whom a campaign would reach now, and what it would cost; nobody is counted twice.

    Who is left out is counted by the first reason of dead, trial, restricted, opted out and without number.
    """

    reached: int
    dead: int
    trial: int = Field(description="of households that only try the system")
    restricted: int = Field(description="whose data are held and not used")
    opted_out: int
    without_number: int
    by_language: dict[Literal["ar", "en"], int] = Field(description="of those reached")
    parts: int = Field(description="SMS parts of all messages")
    cost: int = Field(description="piastres, at today's price of a part")

    @staticmethod
    def of(by_fate: dict[Fate, int], by_language: dict[Literal["ar", "en"], int], parts: int, cost: int) -> DryRun:
        """The counts as the API tells them."""
        fates = {fate.value: by_fate.get(fate, 0) for fate in Fate}
        return DryRun.model_validate({**fates, "by_language": by_language, "parts": parts, "cost": cost})


class CampaignDryRun(BaseModel):
    """A dry run and how far it is: `looked_at` of about `expected` citizens."""

    dry_run_id: UUID
    campaign_id: UUID
    state: DryRunState
    looked_at: int
    expected: int = Field(description="about so many, by the database's own reckoning")
    asked_by: str
    asked_at: AwareDatetime
    ended_at: AwareDatetime | None
    result: DryRun | None = Field(description="null unless it is done")

    @staticmethod
    def of(run: models.DryRun, result: DryRun) -> CampaignDryRun:
        """A dry run as the API tells it."""
        values = {name: getattr(run, name) for name in CampaignDryRun.model_fields if name != "result"}
        return CampaignDryRun(**values, result=result if run.state is DryRunState.DONE else None)


def results(
    taken: Sequence[int], faults: Mapping[int, str], words: Mapping[str, tuple[str, str]]
) -> list[RecipientResult]:
    """Every row of a file in its order."""
    items = [RecipientResult(row=line, status="taken") for line in taken]
    items += [
        RecipientResult(row=line, status="rejected", code=code, reason=words[code][0], reason_ar=words[code][1])
        for line, code in faults.items()
    ]
    return sorted(items, key=lambda item: item.row)
