"""Rows of production, as the repository gives and takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from card_service.distribution.models import Holders
from card_service.registry.models import JobStatus
from chassis.area import InGovernorate

OrderState = Literal["proposed", "approved", "refused"]


@dataclass(frozen=True, slots=True)
class Bureau(InGovernorate):
    """A personalisation bureau with one pair of its keys, and the days on which they hold.

    A bureau that rotates its keys has another row under its name; both hold while they overlap.
    """

    bureau_id: UUID
    name: str
    governorate: str
    encryption_key: Mapping[str, str]
    signing_key: Mapping[str, str]
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class Order(InGovernorate):
    """Cards that are requested for people of a phase who are entitled and have none; `requested` so far."""

    order_id: UUID
    phase_id: UUID
    governorate: str
    services: tuple[str, ...]
    holders: Holders
    most: int
    status: JobStatus
    state: OrderState
    done_citizen: UUID | None
    requested: int
    created_by: str


@dataclass(frozen=True, slots=True)
class Batch(InGovernorate):
    """A batch that a bureau was sent, and what has come of it so far."""

    batch_id: UUID
    bureau_id: UUID
    bureau: str
    governorate: str
    cards: int
    in_production: int
    produced: int
    spoiled: int
    made_at: datetime
    made_by: str
