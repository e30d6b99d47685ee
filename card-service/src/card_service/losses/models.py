"""What lost cards are about, as the repository gives and takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from chassis.holder_proofs.form import HolderProof

Channel = Literal["counter", "phone", "sms", "page", "system"]
IdentifiedBy = Literal["national_id_card", "passport", "registered_mobile", "questions", "system"]
Delivery = Literal["sms", "shown"]


class BreadCodeResult(StrEnum):
    """What became of a code at a terminal."""

    PROVED = "proved"
    WRONG = "wrong"
    LOCKED = "locked"  # wrong too often
    OVER = "over"  # the card is found or replaced, its block has lapsed, or the code's days are over


@dataclass(frozen=True, slots=True)
class Report:
    """That somebody reported a card lost, and how the holder was known."""

    card_id: UUID
    channel: Channel
    identified_by: IdentifiedBy
    reported_by: str
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class BreadCode:
    """A code as it is kept: keyed marks, never its digits."""

    code_id: UUID
    card_id: UUID
    mark: bytes
    tries_left: int
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """A code that was made; `digits` for whoever shows them."""

    digits: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a try: card and proof where it was right."""

    result: BreadCodeResult
    proof: HolderProof | None = None
