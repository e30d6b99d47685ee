"""What crosses the wire about wallets."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from chassis.paging import Page


class Wallet(BaseModel):
    """A citizen's wallet: piastres. `available` is what can be paid or held now."""

    wallet_id: UUID
    card_id: UUID
    balance: int
    held: int
    available: int
    currency: str


class Movement(BaseModel):
    """A posted movement: piastres, negative where they left the wallet."""

    transfer_id: UUID
    kind: str
    reference: str
    amount: int
    at: datetime


class Statement(Page[Movement, UUID]):
    """A page of movements, oldest first."""
