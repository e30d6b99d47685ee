"""What travels through a lane: a sale or a reversal that is asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.holder_proofs.form import HolderProof
from chassis.refusals import Refusal
from supply_service.rules.floors import Late
from supply_service.rules.keys import BREAD
from supply_service.rules.sale import LineWanted, Place
from supply_service.rules.tenders import TenderWanted
from supply_service.sales.record import SaleRecord


class Signed(NamedTuple):
    """The place of an offline sale, or of a reversal, in its terminal's chain."""

    sequence: int
    sale_id: UUID
    hash: bytes
    previous_hash: bytes
    document: bytes


@dataclass(slots=True)
class _Order:
    """Who asks, under which key; what tells it from another request."""

    place: Place
    key: str | None
    fingerprint: bytes
    traceparent: str | None
    card_id: UUID

    @property
    def caller(self) -> UUID:
        """The terminal."""
        return self.place.terminal_id

    @property
    def lane_key(self) -> int:
        """The card: a household's cards nearly always are one, and where two meet its version decides."""
        return hash(self.card_id)


@dataclass(slots=True)
class SaleOrder(_Order):
    """A sale to be decided.

    `late`: it has happened already, without a network, and how it is judged. It has no key but its place in the chain
    of the terminal that signed it.
    """

    lines: Sequence[LineWanted]
    occurred_at: datetime | None = None
    expected_amount: int | None = None
    signed: Signed | None = None
    late: Late | None = None
    tenders: Sequence[TenderWanted] = ()
    cash: int = 0
    # The holder's proof as it was read, or why it could not be: what is repeated is answered whatever it is.
    proof: HolderProof | Refusal | None = None
    proof_away: bool = False
    notices: Sequence[UUID] = ()  # that its receipt is printed with

    @property
    def named(self) -> Sequence[UUID] | None:
        """What is to be looked up beside the household, for a plain bread draw nothing (None)."""
        found = [tender.payment_id for tender in self.tenders]
        if isinstance(self.proof, HolderProof):
            found.append(self.proof.proof_id)
        return found if found or any(line.programme != BREAD for line in self.lines) else None

    @property
    def reads_more(self) -> bool:
        """Whether more than the household's pots is to be read for it."""
        return self.late is not None or self.named is not None


@dataclass(slots=True)
class ReversalOrder(_Order):
    """A sale to be taken back.

    `occurred_at`: its own moment, of one that has happened already, without a network; that has a place in the chain of
    its terminal instead of a key, unless it was there before its sale.
    """

    sale: SaleRecord
    reason: str
    lines: Collection[int] | None = None  # places of the lines taken back, None for all of them
    occurred_at: datetime | None = None
    signed: Signed | None = None

    @property
    def reads_more(self) -> bool:
        """Whether more than the household's pots is to be read for it: a grant's, or what lists name it."""
        return self.occurred_at is not None or bool(self.sale.grants)


Order = SaleOrder | ReversalOrder
