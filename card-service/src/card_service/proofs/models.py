"""What holder's proofs are about, as the repository gives and takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from chassis.holder_proofs.form import HolderProof, Prover

OperationPurpose = Literal["sale", "hold", "visit"]
SeenDocument = Literal["national_id_card", "passport"]


class ProofResult(StrEnum):
    """What became of a try."""

    PROVED = "proved"
    WRONG = "wrong"
    LOCKED = "locked"
    NOT_SET = "not_set"  # no PIN, or no code that still holds


@dataclass(frozen=True, slots=True)
class Operation:
    """What the holder agrees to: one operation with this card, at the terminal that asks."""

    card_id: UUID
    purpose: OperationPurpose
    max_amount: int
    prover: Prover
    proxy_card_id: UUID | None = None  # by which a proxy proves


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was sent and still holds."""

    code_id: UUID
    mark: bytes
    tries_left: int


@dataclass(frozen=True, slots=True)
class SentCode:
    """That a code was sent, and until when it holds."""

    code_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a try: the proof where it was right."""

    result: ProofResult
    tries_left: int
    proof: HolderProof | None = None
