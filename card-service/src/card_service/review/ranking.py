"""Which parts stand out, for better or worse, and in which order. Pure.

A part is held against all the others of its indicator together. Shares of different things (households, tries to sell)
are made comparable by the standard error of the difference: the same gap counts for more where more were counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from card_service.indicators.registry import Better, Dimension, Measured, Part
from card_service.review.models import Finding

_FINE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Compared:
    """An indicator broken down by a dimension; every part is a share of a whole."""

    name: str
    en: str
    ar: str
    better: Better
    dimension: Dimension
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What stands out: a gap of so many shares of one, counted on so many, at least so many standard errors."""

    least_gap: Decimal
    least_size: int
    least_score: Decimal


def findings(compared: Iterable[Compared], bounds: Bounds) -> tuple[list[Finding], list[Finding]]:
    """Weaknesses and strengths, the clearest first."""
    found = [finding for one in compared for finding in _of(one, bounds)]
    ranked = sorted(found, key=lambda one: (-abs(one.score), one.indicator, one.dimension, one.key))
    return [one for one in ranked if one.gap > 0], [one for one in ranked if one.gap < 0]


def _of(compared: Compared, bounds: Bounds) -> Iterator[Finding]:
    counted = [(part, part.measured.part, part.measured.whole or Decimal(0)) for part in compared.parts]
    parts, wholes = sum((part for _, part, _ in counted), Decimal(0)), sum((all_ for _, _, all_ in counted), Decimal(0))
    for part, own, whole in counted:
        others = Measured(parts - own, wholes - whole)
        if whole < bounds.least_size or not others.whole or others.whole < bounds.least_size:
            continue
        here, there = own / whole, others.part / others.whole
        gap = there - here if compared.better is Better.MORE else here - there
        score = _score(float(own), float(whole), float(others.part), float(others.whole))
        if abs(gap) < bounds.least_gap or score < bounds.least_score:
            continue
        yield Finding(
            indicator=compared.name,
            en=compared.en,
            ar=compared.ar,
            better=compared.better,
            dimension=compared.dimension,
            key=part.key,
            part_en=part.en,
            part_ar=part.ar,
            part=part.measured,
            others=others,
            gap=gap.quantize(_FINE),
            affected=int(abs(gap) * whole),
            score=score if gap > 0 else -score,
        )


def _score(part: float, whole: float, other: float, others: float) -> float:
    """The difference of two shares in its standard errors; half an observation is added to each, so none is certain."""
    here, there = (part + 0.5) / (whole + 1), (other + 0.5) / (others + 1)
    error = math.sqrt(here * (1 - here) / whole + there * (1 - there) / others)
    return abs(here - there) / error
