"""What supply-service's events consist of: lines, what is left, what a day's settlement is made of."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Line(BaseModel):
    """One line of a sale: so many units of an item from a programme's pot."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    programme: str  # bread | goods | bread_points | flour
    item: str
    quantity: int
    amount: int  # piastres taken from the pot (for bread and flour: what the citizen pays in cash)


class Remaining(BaseModel):
    """What is left in one pot after the sale."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    programme: str
    unit: Literal["loaf", "piastre"]
    remaining: int
    period: date  # first day of the month the pot belongs to


class Drawn(BaseModel):
    """So many loaves or piastres drawn of a month."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    programme: str  # bread | goods
    period: date  # first day of the month
    quantity: int
    unit: Literal["loaf", "piastre"]


class FlourDrawn(BaseModel):
    """So many kilograms drawn of a month of flour instead of bread."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    period: date  # first day of the month
    kilograms: int


class Tender(BaseModel):
    """A part of a sale that is not taken from a pot: piastres held on the holder's wallet before the sale."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: str  # wallet
    payment_id: UUID
    amount: int


class Component(BaseModel):
    """What a part of a settlement comes to: so many units at a rate in piastres."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: str
    quantity: int
    rate: str  # a decimal number: rates are fractions of a piastre
    amount: int
    sold_on: date | None = None  # the day of the sales, whose policy decides
    legal_reference: str = ""
    claimed: bool = False  # allowed of a dispute, no sale of a household


class Levy(BaseModel):
    """A payment beside a settlement, to another payee than the outlet."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    levy_id: UUID
    payee: str  # social_insurance
    amount: int  # piastres; below zero it is taken back
    of: Component


class DisputedLine(BaseModel):
    """So much of a line of an offline sale that stands in dispute, and why."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    programme: str
    item: str
    quantity: int
    amount: int  # piastres, as the outlet claims
    reason: str


class TerminalsDay(BaseModel):
    """What an outlet's terminals of one model did on a day.

    `ready`: those of the `terminals` that are enrolled and not suspended. `refused`: sales that were refused, by the
    refusal's code; a repeat of a refused sale counts again.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    model: str
    terminals: int
    ready: int
    sales: int
    refused: dict[str, int]
