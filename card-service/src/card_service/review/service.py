"""Use case: the review of a phase, beside that of the governorate before it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.indicators.registry import (
    INDICATORS,
    About,
    Better,
    Dimension,
    Indicator,
    Measured,
    Part,
    Subject,
)
from card_service.keys import (
    EXPECTED_REFUSALS,
    REVIEW_GAP,
    REVIEW_LATE_DAYS,
    REVIEW_SCORE,
    REVIEW_SIZE,
    USE_DAYS,
)
from card_service.review import list_repository, repository
from card_service.review.models import Finding, Funnel, FunnelPart, Reached, Refusals, Step, Week
from card_service.review.models import Part as Places
from card_service.review.ranking import Bounds, Compared, findings
from card_service.rollout import gates
from card_service.rollout.models import Phase
from chassis.clock import month_start
from chassis.paging import Paging

_PROGRAMMES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "supply": frozenset({"goods", "bread"}),
        "health": frozenset({"health"}),
        "payment": frozenset({"goods", "bread", "health"}),
    }
)


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the funnel that is compared among its parts: its name and words, and which counts it is of."""

    name: str
    en: str
    ar: str
    better: Better
    part: str
    whole: str
    dimensions: tuple[Dimension, ...]

    def of(self, funnel: Funnel) -> Measured:
        """The share in a funnel."""
        return Measured(Decimal(getattr(funnel, self.part)), Decimal(getattr(funnel, self.whole)))


_EACH: Final = (Dimension.SITE, Dimension.DISTRICT, Dimension.COHORT)
_PLACES: Final = (Dimension.SITE, Dimension.DISTRICT)
SHARES: Final = (
    Share(
        "invited", "Entitled households that were invited", "الأسر المستحقة التي دُعيت", Better.MORE,
        "invited", "entitled", (Dimension.DISTRICT,),
    ),
    Share(
        "collected", "Households that came for the card, of those whose appointment is over",
        "الأسر التي استلمت الكارت ممن حل موعدها", Better.MORE, "came", "due", _EACH,
    ),
    Share(
        "collected_late", "Households that had the card days after their appointment, or not yet",
        "الأسر التي استلمت الكارت بعد موعدها بأيام أو لم تستلمه بعد", Better.LESS, "late", "awaited", _EACH,
    ),
    Share(
        "activated", "Households with the card in hand whose card is active", "الأسر المستلمة التي تم تفعيل كارتها",
        Better.MORE, "activated", "collected", _EACH,
    ),
    Share(
        "used", "Households with an active card that used it in the last days",
        "الأسر المفعّل كارتها التي استخدمته في الأيام الأخيرة", Better.MORE, "used", "activated", _PLACES,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator of the phase as a whole."""

    indicator: Indicator
    measured: Measured


@dataclass(frozen=True, slots=True)
class Summary:
    """A phase as a whole: its funnel and indicators."""

    phase: Phase
    funnel: Funnel
    figures: Sequence[Figure]


@dataclass(frozen=True, slots=True)
class Review:
    """A phase as it stands now; `before` is the phase of the governorate before it in the sequence."""

    at: datetime
    since: date
    summary: Summary
    before: Summary | None
    parts: Sequence[FunnelPart]
    weeks: Sequence[Week]
    refusals: Sequence[Refusals]
    weaknesses: Sequence[Finding]
    strengths: Sequence[Finding]


async def review(session: AsyncSession, deps: Dependencies, phase: Phase) -> Review:
    """Everything that is counted of a phase, and what stands out."""
    asked = _asked(deps, phase)
    funnel, parts = await repository.funnels(session, asked)
    before = await gates.phase_before(session, deps, phase)
    compared = [*_compared(parts), *[one async for one in _broken_down(session, deps, phase)]]
    bounds = Bounds(deps.figure(REVIEW_GAP), deps.figure(REVIEW_SIZE), deps.figure(REVIEW_SCORE))
    weaknesses, strengths = findings(compared, bounds)
    return Review(
        at=asked.now,
        since=asked.since,
        summary=Summary(phase, funnel, await _figures(session, deps, phase)),
        before=await _summary(session, deps, before) if before else None,
        parts=parts,
        weeks=await repository.weeks(session, asked),
        refusals=await repository.refusals(session, asked, deps.figure(EXPECTED_REFUSALS)),
        weaknesses=weaknesses,
        strengths=strengths,
    )


async def households(
    session: AsyncSession, deps: Dependencies, phase: Phase, step: Step, part: Places, page: Paging[UUID]
) -> Sequence[Reached]:
    """The households that a number of the review counts."""
    return await list_repository.households(session, _asked(deps, phase), step, part, page)


def _asked(deps: Dependencies, phase: Phase) -> repository.Asked:
    today = deps.today()
    return repository.Asked(
        phase_id=phase.phase_id,
        governorate=phase.governorate,
        programmes=tuple(sorted(frozenset().union(*(_PROGRAMMES[service] for service in phase.services)))),
        month=month_start(today),
        since=today - timedelta(days=deps.figure(USE_DAYS)),
        late=deps.figure(REVIEW_LATE_DAYS),
        now=deps.now(),
    )


async def _summary(session: AsyncSession, deps: Dependencies, phase: Phase) -> Summary:
    return Summary(phase, await repository.funnel(session, _asked(deps, phase)), await _figures(session, deps, phase))


async def _figures(session: AsyncSession, deps: Dependencies, phase: Phase) -> list[Figure]:
    subject = Subject(phase.phase_id, phase.governorate)
    return [
        Figure(indicator, await indicator.measure(session, deps, subject))
        for indicator in INDICATORS
        if indicator.about is About.PHASE
    ]


def _compared(parts: Sequence[FunnelPart]) -> Iterator[Compared]:
    for share in SHARES:
        for dimension in share.dimensions:
            found = [Part(one.key, one.en, one.ar, share.of(one.funnel)) for one in parts if one.dimension is dimension]
            yield Compared(share.name, share.en, share.ar, share.better, dimension, found)


async def _broken_down(session: AsyncSession, deps: Dependencies, phase: Phase) -> AsyncIterator[Compared]:
    """Indicators of other packages that can be broken down."""
    subject = Subject(phase.phase_id, phase.governorate)
    for one in INDICATORS:
        for dimension, breakdown in one.by.items():
            yield Compared(one.name, one.en, one.ar, one.better, dimension, await breakdown(session, deps, subject))
