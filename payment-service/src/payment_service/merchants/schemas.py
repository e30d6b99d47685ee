"""What crosses the wire about merchants. Amounts are piastres."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field

from chassis.paging import Page


class MerchantTotals(BaseModel):
    """What the ledger has booked for a merchant because of one business day's sales, reversals and settlement."""

    merchant_id: UUID
    captured: int = Field(description="from wallets, for sales")
    refunded: int = Field(description="to wallets, for reversals")
    settled: int = Field(description="for the closed day; below zero from the merchant")
    not_captured: int = Field(description="for sales, but could not be taken from the wallet")
    not_refunded: int = Field(description="for reversals, but there was nothing to send back")


class MerchantTotalsPage(Page[MerchantTotals, UUID]):
    """Merchants with bookings for a day; `next` is the merchant to go on after."""
