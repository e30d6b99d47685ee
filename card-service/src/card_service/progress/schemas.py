"""What crosses the wire of the progress that everybody may see."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from chassis.places import GovernorateCode

Households = Annotated[int | None, Field(description="null: withheld, or not published yet")]


class StepOut(BaseModel):
    """How many households have made a step by the end of the week that begins on `week`."""

    step: str
    households: int
    week: date


class ProgressWeek(BaseModel):
    """Households that made each step in the week that begins on a Saturday."""

    starts_on: date
    registered: Households
    invited: Households
    collected: Households
    activated: Households
    first_used: Households


class InUse(BaseModel):
    """Households that used the card in the last days, on the day of the count."""

    households: int
    counted_on: date


class GovernorateProgress(BaseModel):
    """How far a governorate has come, in households. `steps` tells of each only what is published."""

    governorate: GovernorateCode
    name_ar: str
    name_en: str
    week: Annotated[date, Field(description="the last week that was looked at, by its Saturday")]
    steps: list[StepOut]
    in_use: InUse | None
    weeks: list[ProgressWeek]


class ProgressOut(BaseModel):
    """How far the roll-out has come. No figure is about fewer than `least` households, nor follows from others."""

    least: int
    use_days: int
    governorates: list[GovernorateProgress]
