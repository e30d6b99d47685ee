"""What a closed day comes to: loaves and flour at their outlet's rate, goods at the rate of reimbursement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from policybook.book import PolicyBook
from policybook.keys import Key
from supply_service.rules.keys import (
    BAKERY_RATE,
    BREAD,
    FLOUR,
    FLOUR_RATE,
    GOODS,
    GOODS_RATE,
    GRANT_RATE,
    SOCIAL_INSURANCE,
)

AUTHORITY = "social_insurance"
GRANT = "grant"


class Merchant(NamedTuple):
    """What decides an outlet's rates."""

    kind: str
    governorate: str
    fuel: str | None
    loaf_type: str | None
    trial: bool = False

    @property
    def scope(self) -> dict[str, str]:
        """The case that policies are looked up for."""
        said = {"kind": self.kind, "governorate": self.governorate, "fuel": self.fuel, "loaf_type": self.loaf_type}
        return {name: value for name, value in said.items() if value is not None}


class Part(NamedTuple):
    """What a closed day counts of one day of selling; below zero where more was reversed than sold."""

    sold_on: date
    loaves: int
    goods_amount: int
    claimed: bool = False  # allowed of a dispute, no sale
    grants_amount: int = 0
    flour: int = 0  # kilograms


class Component(NamedTuple):
    """So much at a rate. The amount is rounded here and nowhere else, half away from zero."""

    kind: str
    sold_on: date
    quantity: int
    rate: Decimal
    amount: int
    legal_reference: str
    claimed: bool = False


def components(merchant: Merchant, parts: Iterable[Part], book: PolicyBook) -> list[Component]:
    """What a closed day consists of, each part at the rate of the day it was sold on.

    Raises PolicyMissing or PolicyInvalid where the book gives no rate for something that was sold.
    """
    made = []
    for part in parts:
        for kind, rate, quantity in (
            (BREAD, BAKERY_RATE, part.loaves),
            (GOODS, GOODS_RATE, part.goods_amount),
            (GRANT, GRANT_RATE, part.grants_amount),
            (FLOUR, FLOUR_RATE, part.flour),
        ):
            if quantity:
                made.append(_component(merchant, kind, rate, part, quantity, book))
    return made


def levies(merchant: Merchant, parts: Iterable[Part], book: PolicyBook) -> list[Component]:
    """What is paid beside a bakery's own amount to the social-insurance authority; nothing where no policy gives it.

    Raises PolicyInvalid.
    """
    return [
        _component(merchant, AUTHORITY, SOCIAL_INSURANCE, part, part.loaves, book)
        for part in parts
        if part.loaves and SOCIAL_INSURANCE.find(book, part.sold_on, **merchant.scope) is not None
    ]


def _component(
    merchant: Merchant, kind: str, key: Key[Decimal], part: Part, quantity: int, book: PolicyBook
) -> Component:
    rate, row = key.row(book, part.sold_on, **merchant.scope)
    amount = int((rate * quantity).quantize(Decimal(1), ROUND_HALF_UP))
    return Component(kind, part.sold_on, quantity, rate, amount, row.legal_reference, part.claimed)
