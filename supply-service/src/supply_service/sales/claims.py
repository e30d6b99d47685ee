"""What of a sale stands in dispute, as it is kept: the outlet's claim, beside the signed sale that is its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import orjson

from chassis.ids import new_id
from contracts.supply import DisputedLine, SaleDisputed
from supply_service.rules.floors import Disputed
from supply_service.rules.keys import BREAD
from supply_service.sales.orders import SaleOrder


class Claim(NamedTuple):
    """A row of `dispute`. `redemption_id`: the part of the sale that was booked, None where nothing was."""

    household_id: UUID
    dispute_id: UUID
    terminal_id: UUID
    sequence: int
    sale_id: UUID
    outlet_id: UUID
    governorate: str
    card_id: UUID
    redemption_id: UUID | None
    reason: str
    lines: str
    loaves: int
    amount: int
    business_day: date
    occurred_at: datetime

    def event(self) -> SaleDisputed:
        """What is told of it."""
        lines = [DisputedLine(**line) for line in orjson.loads(self.lines)]
        return SaleDisputed(**{**self._asdict(), "lines": lines})


def claim(
    order: SaleOrder, household_id: UUID, day: date, lines: Sequence[Disputed], redemption_id: UUID | None
) -> Claim:
    """The claim to what of a signed sale was not booked."""
    signed, place, at = order.signed, order.place, order.occurred_at
    if signed is None or at is None:
        raise ValueError("only a signed sale has a claim")
    kept = orjson.dumps([line._asdict() for line in lines]).decode()
    return Claim(
        household_id, new_id(), place.terminal_id, signed.sequence, signed.sale_id, place.outlet_id, place.governorate,
        order.card_id, redemption_id, lines[0].reason, kept,
        sum(line.quantity for line in lines if line.programme == BREAD), sum(line.amount for line in lines), day, at,
    )  # fmt: skip
