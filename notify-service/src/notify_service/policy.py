"""How messages are sent: classes and their order, quiet hours, retries, inbound rules, retention. Pure.

The figures are dated rows in `data/policy.yaml`; this module only reads and applies them.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib import resources
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from chassis.clock import CAIRO
from notify_service.lifecycle import Retries
from notify_service.words import Topic

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MessageClass(_Row):
    """What messages of a kind have in common; a lower priority number leaves first."""

    priority: int = Field(ge=0)
    essential: bool
    valid_hours: int = Field(gt=0)


class Quiet(_Row):
    """Hours of the day and weekdays, in Cairo, in which the classes wait."""

    classes: list[str]
    effective_from: date
    effective_to: date | None
    begins: Annotated[time, Field(alias="from")]
    ends: Annotated[time, Field(alias="to")]
    weekdays: list[Weekday]
    legal_reference: str
    approved_by: str

    def covers(self, instant: datetime) -> bool:
        """Whether an instant is quiet. A night whose end is before its beginning passes midnight."""
        local = instant.astimezone(CAIRO)
        if local.date() < self.effective_from or (self.effective_to and local.date() > self.effective_to):
            return False
        if _WEEKDAYS[local.weekday()] in self.weekdays:
            return True
        hour = local.time()
        if self.begins <= self.ends:
            return self.begins <= hour < self.ends
        return hour >= self.begins or hour < self.ends


class RetryRule(_Row):
    """The schedule of further tries, and the provider's reasons that mean a wrong number."""

    after_seconds: list[int]
    wrong_number: list[str]


class InboundRule(_Row):
    """How citizens' messages are read and how often they are answered."""

    replies_per_number_per_day: int = Field(gt=0)
    households_per_number: int = Field(gt=0)
    answer_within_seconds: float = Field(gt=0)
    keywords: dict[Topic, list[str]]


class Policy(_Row):
    """All of it."""

    classes: dict[str, MessageClass]
    quiet: list[Quiet]
    retries: RetryRule
    inbound: InboundRule
    retention_days: int = Field(gt=0)

    @model_validator(mode="after")
    def _quiet_classes_exist(self) -> Policy:
        unknown = {name for row in self.quiet for name in row.classes} - self.classes.keys()
        if unknown:
            raise ValueError(f"quiet hours for unknown classes: {sorted(unknown)}")
        return self

    def open_priorities(self, instant: datetime) -> list[int]:
        """The priorities that may leave at an instant, most urgent first."""
        waiting = {name for row in self.quiet if row.covers(instant) for name in row.classes}
        return sorted(kind.priority for name, kind in self.classes.items() if name not in waiting)

    def valid_for(self, class_name: str) -> timedelta:
        """How long after it was queued a message is given up."""
        return timedelta(hours=self.classes[class_name].valid_hours)

    def retry_schedule(self) -> Retries:
        """The retries as the life cycle wants them."""
        after = tuple(timedelta(seconds=seconds) for seconds in self.retries.after_seconds)
        return Retries(after, frozenset(self.retries.wrong_number))


@lru_cache
def load() -> Policy:
    """The policy this release was built with. Raises pydantic's ValidationError where the file is wrong."""
    raw = (resources.files("notify_service") / "data" / "policy.yaml").read_text("utf-8")
    return Policy.model_validate(yaml.safe_load(raw))
