"""What a review is made of. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from card_service.indicators.registry import Better, Dimension, Measured

# A step of the funnel; `missed`: whose first appointment is over and who have not collected.
Step = Literal[
    "registered",
    "entitled",
    "invited",
    "due",
    "awaited",
    "missed",
    "late",
    "collected",
    "activated",
    "ever_used",
    "used",
]


@dataclass(frozen=True, slots=True)
class Part:
    """Which households of a phase: of a site, of a district, of a week's appointments; `made_in`: that made the step in
    a week. Weeks are named by their Saturday; None: any."""

    site: UUID | None = None
    district: str | None = None
    cohort: date | None = None
    made_in: date | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """A household and when it made each step, `due_at` its first appointment's end."""

    household_id: UUID
    district: str
    site_id: str | None
    invited_at: datetime | None
    due_at: datetime | None
    collected_at: datetime | None
    activated_at: datetime | None
    first_used_on: date | None


@dataclass(frozen=True, slots=True)
class Times:
    """Days between two steps, of the households that have made both: the median, and what nine of ten do not pass."""

    median: Decimal | None
    p90: Decimal | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """Households of a phase, or of a part of it, by the step they have reached.

    `due`: those whose first appointment is over, or who came before it; `came`: of these, those who have collected.
    `awaited`: those who have had the days that are not called late, or have collected; `late`: of these, those who came
    later or not at all. `used`: those that used their card in the last days.
    """

    registered: int
    entitled: int
    invited: int
    due: int
    came: int
    awaited: int
    late: int
    collected: int
    activated: int
    ever_used: int
    used: int
    to_invite: Times
    to_collect: Times
    to_activate: Times
    to_use: Times


@dataclass(frozen=True, slots=True)
class FunnelPart:
    """The funnel of a site, a district, or of those invited to the same week."""

    dimension: Dimension
    key: str
    en: str
    ar: str
    funnel: Funnel


@dataclass(frozen=True, slots=True)
class Week:
    """Households that made each step in a week that begins on a Saturday."""

    starts_on: date
    invited: int
    collected: int
    activated: int
    first_used: int


@dataclass(frozen=True, slots=True)
class Refusals:
    """Sales that were refused with a code, and whether it is a fault or a rule that said no."""

    code: str
    refused: int
    fault: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """A part that stands out: how it is, how the other parts are together, and how many are affected.

    `gap`: shares apart, above zero where the part is worse. `affected`: how many fewer it would be, were the part as
    the others are. `score`: the gap in standard errors, by which findings of different indicators are ranked.
    """

    indicator: str
    en: str
    ar: str
    better: Better
    dimension: Dimension
    key: str
    part_en: str
    part_ar: str
    part: Measured
    others: Measured
    gap: Decimal
    affected: int
    score: float
