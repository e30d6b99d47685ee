"""Days: as they are typed on the command line, and as business counts them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import typer

_CAIRO = ZoneInfo("Africa/Cairo")


def business_day(at: datetime) -> date:
    """The day in Cairo."""
    return at.astimezone(_CAIRO).date()


def day_of(text: str) -> date:
    """The day a text names. Raises BadParameter."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2026-12-01") from error
