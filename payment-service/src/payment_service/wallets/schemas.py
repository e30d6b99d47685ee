"""What crosses the wire about wallets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from chassis.paging import Page
from chassis.personal import Personal, Whose


class Wallet(BaseModel):
    """A citizen's wallet: piastres. `available` is what can be paid or held now."""

    wallet_id: UUID
    card_id: Annotated[UUID, Whose.CARD]
    balance: Annotated[int, Personal.MONEY]
    held: Annotated[int, Personal.MONEY]
    available: Annotated[int, Personal.MONEY]
    owed: Annotated[int, Field(description="of wrong credits, to be taken back when it is there"), Personal.MONEY]
    currency: str
    frozen: Annotated[bool, Field(description="its holder is dead: nothing is paid from it"), Personal.MONEY] = False


class OwnWallet(BaseModel):
    """What oneself has, in piastres; `available` is what can be paid now."""

    citizen_id: Annotated[UUID, Whose.CITIZEN]
    balance: Annotated[int, Personal.MONEY]
    held: Annotated[int, Personal.MONEY]
    available: Annotated[int, Personal.MONEY]
    currency: str


class Movement(BaseModel):
    """A posted movement: piastres, negative where they left the wallet."""

    transfer_id: UUID
    kind: Annotated[str, Personal.MONEY]
    reference: Annotated[str, Personal.MONEY]
    amount: Annotated[int, Personal.MONEY]
    at: Annotated[datetime, Personal.MONEY]


class Statement(Page[Movement, UUID]):
    """A page of movements, oldest first."""
