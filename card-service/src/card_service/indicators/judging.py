"""Whether a measured figure meets what a policy asks for, and by how much it does not. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from card_service.indicators.registry import Better


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a figure is good enough; `short_by` is what lacks or is too much, None if met or not measured."""

    met: bool
    short_by: Decimal | None


def judged(better: Better, needed: Decimal, value: Decimal | None) -> Judgement:
    """A figure that could not be measured meets nothing."""
    if value is None:
        return Judgement(met=False, short_by=None)
    lacking = needed - value if better is Better.MORE else value - needed
    return Judgement(met=lacking <= 0, short_by=lacking if lacking > 0 else None)
