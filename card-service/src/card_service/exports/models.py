"""Exports as they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from card_service.listings.asked import Asked, Order
from chassis.area import Area, Bound

Format = Literal["csv", "xlsx"]
Language = Literal["ar", "en"]
Status = Literal["queued", "running", "noting", "done", "failed"]
LASTS: Final = timedelta(hours=24)
OPEN_AT_ONCE: Final = 3
# A workbook is put together in memory, some 3.5 KB a row.
MOST_ROWS: Final[dict[Format, int]] = {"csv": 1_000_000, "xlsx": 100_000}


@dataclass(frozen=True, slots=True)
class Export:
    """A file of a list: what is in it, for whom, and how far it has come.

    `rows` are counted when it is ordered, and again at the moment `as_of` that all rows are of; `done` are written,
    `noted` are in the record of processing. `acting` is who ordered it, as that record names them.
    """

    export_id: UUID
    created_by: str
    acting: dict[str, Any]
    governorate: str | None
    district: str | None
    asked: dict[str, Any]
    format: Format
    language: Language
    status: Status
    rows: int
    done: int
    noted: int
    parts: int
    size: int
    digest: bytes | None
    attempts: int
    created_at: datetime
    as_of: datetime | None
    finished_at: datetime | None

    @property
    def area(self) -> Area:
        """Where its rows are of, as far as its owner was bound when it was ordered."""
        return Area(self.governorate, self.district)

    @property
    def bound(self) -> Bound:
        """What its owner was bound to when it was ordered."""
        return Bound(self.governorate or "*", self.district)

    @property
    def wanted(self) -> tuple[Asked, Order]:
        """The list that it is a file of."""
        conditions = dict(self.asked)
        sort: Order = conditions.pop("sort")
        return Asked.model_validate(conditions), sort

    @property
    def expires_at(self) -> datetime:
        """When it is removed."""
        return (self.finished_at or self.created_at) + LASTS
