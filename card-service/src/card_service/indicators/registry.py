"""The registry of indicators: what is measured of a phase, in both languages, and which way is better.

A package declares its own beside the code that measures it, and nothing else changes: gates and reviews ask here.

    INDICATORS.declare(Indicator(name="staff_trained", en="…", ar="…", unit=Unit.SHARE, better=Better.MORE, measure=…))
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies


class Unit(StrEnum):
    """What a figure counts in."""

    SHARE = "share"  # of one
    COUNT = "count"
    DAYS = "days"
    HOURS = "hours"


class Better(StrEnum):
    """Which way an indicator is better."""

    MORE = "more"
    LESS = "less"


class Dimension(StrEnum):
    """What a figure is broken down by."""

    SITE = "site"
    DISTRICT = "district"
    COHORT = "cohort"  # those whose appointment is in the same week
    TERMINAL = "terminal"  # kind of outlet and model


class About(StrEnum):
    """What an indicator tells of: a phase, or a governorate's place in the sequence."""

    PHASE = "phase"
    SEQUENCE = "sequence"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: a phase and the governorate it brings cards to."""

    phase_id: UUID
    governorate: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with what it comes from: a part of a whole, or a count alone. Nothing of nothing has no value."""

    part: Decimal
    whole: Decimal | None = None

    @property
    def value(self) -> Decimal | None:
        """The share, or the count; None where there is nothing to take a share of."""
        if self.whole is None:
            return self.part
        return (self.part / self.whole).quantize(_FINE) if self.whole else None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what an indicator tells of: a site, a district, a model, in words of both languages."""

    key: str
    en: str
    ar: str
    measured: Measured


_FINE: Final = Decimal("0.0001")
Breakdown = Callable[[AsyncSession, Dependencies, Subject], Awaitable[list[Part]]]
Measure = Callable[[AsyncSession, Dependencies, Subject], Awaitable[Measured]]


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """What is measured under one name, which policies of gates name in their scope.

    `by`: how it is broken down, for a review that looks for the parts that are better or worse than the others.
    """

    name: str
    en: str
    ar: str
    unit: Unit
    better: Better
    measure: Measure
    about: About = About.PHASE
    by: Mapping[Dimension, Breakdown] = field(default_factory=dict)


class Indicators:
    """All indicators of the service."""

    def __init__(self) -> None:
        """None yet."""
        self._known: dict[str, Indicator] = {}

    def declare(self, indicator: Indicator) -> Indicator:
        """Add an indicator. Raises ValueError where another one has the name."""
        if indicator.name in self._known:
            raise ValueError(f"the indicator {indicator.name} is declared twice")
        self._known[indicator.name] = indicator
        return indicator

    def find(self, name: str) -> Indicator | None:
        """The indicator of a name."""
        return self._known.get(name)

    def __iter__(self) -> Iterator[Indicator]:
        return iter(self._known.values())


INDICATORS: Final = Indicators()
