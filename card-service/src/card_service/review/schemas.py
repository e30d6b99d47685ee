"""What crosses the wire of a review."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from card_service.indicators.registry import Better, Dimension, Unit
from card_service.review.models import Finding, Funnel
from card_service.review.service import Figure, Review, Summary
from card_service.rollout.stages import Stage
from chassis.paging import Page
from chassis.personal import Personal, Whose


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class MeasuredOut(_Out):
    """A figure with what it comes from; `value` is null where there is nothing to take a share of."""

    value: Decimal | None
    part: Decimal
    whole: Decimal | None


class TimesOut(_Out):
    """Days between two steps, of the households that have made both."""

    median: Decimal | None
    p90: Decimal | None


class FunnelOut(_Out):
    """Households by the step they have reached: registered → entitled → invited → collected → activated → used.

    `due`: those whose first appointment is over, or who came before it. `awaited`: those who have had
    `review.late_days` since, or have collected; `late`: of these, those who came later or not at all. `ever_used`:
    those that have drawn, or were treated with the card, at all; `used` within the last `rollout.use_days`. To pay or
    to be paid by the card alone is no use here: nobody tells it day by day.
    """

    registered: int
    entitled: int
    invited: int
    due: int
    awaited: int
    late: int
    collected: int
    activated: int
    ever_used: int
    used: int
    to_invite: TimesOut
    to_collect: TimesOut
    to_activate: TimesOut
    to_use: TimesOut


class FunnelPartOut(_Out):
    """The funnel of a site, of a district, or of the households whose appointment was in a week (its Saturday)."""

    dimension: Dimension
    key: str
    en: str
    ar: str
    funnel: FunnelOut


class WeekOut(_Out):
    """Households that made each step in a week that begins on a Saturday."""

    starts_on: date
    invited: int
    collected: int
    activated: int
    first_used: int


class RefusalsOut(_Out):
    """Sales of the last days that were refused with a code; `fault`: no rule that said no, something did not work."""

    code: str
    refused: int
    fault: bool


class IndicatorOut(BaseModel):
    """An indicator of a phase as a whole."""

    indicator: str
    en: str
    ar: str
    unit: Unit
    better: Better
    measured: MeasuredOut

    @classmethod
    def of(cls, figure: Figure) -> IndicatorOut:
        """A figure with its words."""
        one = figure.indicator
        measured = MeasuredOut.model_validate(figure.measured)
        return cls(indicator=one.name, en=one.en, ar=one.ar, unit=one.unit, better=one.better, measured=measured)


class FindingOut(_Out):
    """A part that stands out among its like: `part` beside all `others` together.

    `gap`: shares apart, above zero where the part is worse. `affected`: how many fewer it would be, were the part as
    the others are. `score`: the gap in standard errors; findings are ranked by it.
    """

    indicator: str
    en: str
    ar: str
    better: Better
    dimension: Dimension
    key: str
    part_en: str
    part_ar: str
    part: MeasuredOut
    others: MeasuredOut
    gap: Decimal
    affected: int
    score: float


class SummaryOut(BaseModel):
    """A phase as a whole."""

    phase_id: UUID
    name: str
    governorate: str
    stage: Stage
    funnel: FunnelOut
    indicators: list[IndicatorOut]

    @classmethod
    def of(cls, summary: Summary) -> SummaryOut:
        """A phase with its figures."""
        phase = summary.phase
        return cls(
            phase_id=phase.phase_id,
            name=phase.name,
            governorate=phase.governorate,
            stage=phase.stage,
            funnel=_funnel(summary.funnel),
            indicators=[IndicatorOut.of(figure) for figure in summary.figures],
        )


class ReviewOut(BaseModel):
    """A phase as it stands; `before` is the phase of the governorate before it. Weaknesses come the clearest first."""

    at: datetime
    used_since: date
    phase: SummaryOut
    before: SummaryOut | None
    weaknesses: list[FindingOut]
    strengths: list[FindingOut]
    parts: list[FunnelPartOut]
    weeks: list[WeekOut]
    refusals: list[RefusalsOut]

    @classmethod
    def of(cls, found: Review) -> ReviewOut:
        """A review as it crosses the wire."""
        return cls(
            at=found.at,
            used_since=found.since,
            phase=SummaryOut.of(found.summary),
            before=SummaryOut.of(found.before) if found.before else None,
            weaknesses=_findings(found.weaknesses),
            strengths=_findings(found.strengths),
            parts=[FunnelPartOut.model_validate(part) for part in found.parts],
            weeks=[WeekOut.model_validate(week) for week in found.weeks],
            refusals=[RefusalsOut.model_validate(one) for one in found.refusals],
        )


class ReachedOut(_Out):
    """A household of a phase and when it made each step; it is named by its id alone."""

    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    district: Annotated[str, Personal.HOUSEHOLD]
    site_id: UUID | None
    invited_at: Annotated[datetime | None, Personal.CARD]
    due_at: Annotated[datetime | None, Personal.CARD]
    collected_at: Annotated[datetime | None, Personal.CARD]
    activated_at: Annotated[datetime | None, Personal.CARD]
    first_used_on: Annotated[date | None, Personal.CARD]


class ReachedPage(Page[ReachedOut, UUID]):
    """Households of a phase, by their ids."""


def _funnel(found: Funnel) -> FunnelOut:
    return FunnelOut.model_validate(found)


def _findings(found: Sequence[Finding]) -> list[FindingOut]:
    return [FindingOut.model_validate(one) for one in found]
