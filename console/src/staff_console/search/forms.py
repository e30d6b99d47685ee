"""What was typed into the search box of every page, by its form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from chassis.text import normalise_digits

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
_SLIP: Final = re.compile(r"(\d{8})(\d{2})(\d{10})")
_NOISE: Final = re.compile(r"[\s\-.]+")
_CARD_DIGITS: Final = 10**10


@dataclass(frozen=True)
class Slip:
    """The digits of an appointment's slip: the day in Cairo, the hour, and the last ten digits of the card's id."""

    day: date
    hour: int
    card: int

    def is_of(self, card_id: str) -> bool:
        """Whether a card's id ends as the slip says."""
        return UUID(card_id).int % _CARD_DIGITS == self.card


def identifier(typed: str) -> UUID | None:
    """The id that was typed: of a request, a card, a citizen or a batch of payouts."""
    text = normalise_digits(typed)
    return UUID(text) if _UUID.fullmatch(text) else None


def slip(typed: str) -> Slip | None:
    """The slip that was scanned or typed."""
    found = _SLIP.fullmatch(_NOISE.sub("", normalise_digits(typed)))
    if found is None:
        return None
    try:
        day = datetime.strptime(found[1], "%Y%m%d").date()  # noqa: DTZ007 - a day, no instant
    except ValueError:
        return None
    return Slip(day, int(found[2]), int(found[3]))
