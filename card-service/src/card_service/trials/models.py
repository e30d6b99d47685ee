"""Rows of trials, as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.area import InGovernorate

TrialState = Literal["open", "closed"]
UnitKind = Literal["outlet", "provider", "site"]
Result = Literal["passed", "failed"]
Outcome = Literal["open", "passed", "failed"]


@dataclass(frozen=True, slots=True)
class Trial(InGovernorate):
    """A trial of a governorate."""

    trial_id: UUID
    name: str
    governorate: str
    state: TrialState
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unit:
    """A place that takes part: a trial outlet, a trial provider, or a pick-up site."""

    unit_kind: UnitKind
    unit_id: UUID


@dataclass(frozen=True, slots=True)
class Check:
    """That a step of the script was seen to work, or not: by the system, or by a person (`seen_by`)."""

    step: str
    result: Result
    seen_by: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card of a trial household as it stands."""

    card_id: UUID
    household_id: UUID
    citizen_id: UUID
    state: str
    issued_at: datetime | None
    has_pin: bool
