"""What crosses the wire about notices that were shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.engine import RowMapping


class ShownThere(BaseModel):
    """How often outlets of a governorate printed a notice."""

    governorate: str
    households: Annotated[int, Field(description="each once, where it was shown the notice first")]
    receipts: int


class ShownNotice(BaseModel):
    """A notice and whom it was shown."""

    notice_id: UUID
    governorate: Annotated[str | None, Field(description="whose it is; null: the nation's")]
    district: str | None
    programmes: list[str]
    first_day: date
    last_day: date
    households: Annotated[int, Field(description="in the governorates listed")]
    receipts: int
    by_governorate: list[ShownThere]


class NoticeFigures(BaseModel):
    """Notices by their first days, as far as the caller may see them."""

    items: list[ShownNotice]

    @classmethod
    def of(cls, rows: Iterable[RowMapping]) -> Self:
        """Rows in the order of their notices."""
        return cls(items=[_notice(list(group)) for _, group in groupby(rows, itemgetter("notice_id"))])


def _notice(rows: list[RowMapping]) -> ShownNotice:
    there = [ShownThere.model_validate(dict(row)) for row in rows]
    first = dict(rows[0])
    sums = {name: sum(getattr(one, name) for one in there) for name in ("households", "receipts")}
    return ShownNotice.model_validate(
        {**first, **sums, "governorate": first["of_governorate"], "by_governorate": there}
    )
