"""A calendar day or month in Cairo as it crosses the wire: `2026-12-31`, `2026-12`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from pydantic import Field

PATTERN: Final = r"^2[0-9]{3}-(0[1-9]|1[0-2])$"

# The calendar's own first and last days have no instant in UTC, no day before and none after them.
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1), description="a day in Cairo")]
Month = Annotated[str, Field(pattern=PATTERN, description="a month in Cairo: 2026-12", examples=["2026-12"])]


def first_day(month: str) -> date:
    """The first day of a month. Raises ValueError for what is none."""
    return date.fromisoformat(f"{month}-01")
