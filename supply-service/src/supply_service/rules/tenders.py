"""The part of a sale that is paid from a wallet: which holds may pay for it."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

from supply_service.rules.figures import Figures
from supply_service.rules.refusals import HoldExpired, HoldMismatch, HoldUnknown

WALLET = "wallet"


class TenderWanted(Protocol):
    """A hold as the terminal names it."""

    @property
    def payment_id(self) -> UUID:
        """The payment that holds the amount."""

    @property
    def amount(self) -> int:
        """Piastres."""


class Paid(NamedTuple):
    """A part of a sale that a hold has paid."""

    payment_id: UUID
    amount: int


class Hold(NamedTuple):
    """A hold on a wallet as payments have told of it."""

    payment_id: UUID
    card_id: UUID
    merchant_id: UUID
    amount: int
    expires_at: datetime
    state: str  # held | voided | captured


def check(
    tenders: Sequence[TenderWanted],
    holds: Mapping[UUID, Hold],
    used: Container[UUID],
    card_id: UUID,
    outlet_id: UUID,
    now: datetime,
    figures: Figures,
) -> None:
    """Raise the refusal unless every tender is a live hold for this card, outlet and amount, not used before."""
    margin = timedelta(seconds=figures.hold_margin_seconds)
    for tender in tenders:
        if tender.payment_id in used:
            raise _mismatch(tender, "The hold has paid for another sale.", "تم استخدام المبلغ المحجوز في عملية أخرى")
        hold = holds.get(tender.payment_id)
        if hold is None:
            raise HoldUnknown(
                "The hold is not known here yet; try again.",
                detail_ar="المبلغ المحجوز لم يصل بعد، أعد المحاولة",
                payment_id=str(tender.payment_id),
            )
        if (hold.card_id, hold.merchant_id) != (card_id, outlet_id):
            raise _mismatch(tender, "The hold is for another card or outlet.", "المبلغ محجوز لكارت أو منفذ آخر")
        if hold.amount != tender.amount:
            raise _mismatch(tender, f"{hold.amount} piastres are held.", "المبلغ المحجوز يختلف عن المبلغ المرسل")
        if hold.state == "captured":
            raise _mismatch(tender, "The hold was captured already.", "تم تحصيل المبلغ المحجوز من قبل")
        if hold.state != "held" or hold.expires_at - margin <= now:
            raise HoldExpired(
                "The hold was given up or is about to run out.",
                detail_ar="انتهت مدة حجز المبلغ من المحفظة",
                payment_id=str(tender.payment_id),
            )


def _mismatch(tender: TenderWanted, detail: str, detail_ar: str) -> HoldMismatch:
    return HoldMismatch(detail, detail_ar=detail_ar, payment_id=str(tender.payment_id))
