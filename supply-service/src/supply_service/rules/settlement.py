"""What a closed day comes to: loaves at the bakery's rate, goods at the rate of reimbursement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from policybook.book import PolicyBook
from policybook.keys import Key
from supply_service.rules.keys import BAKERY_RATE, BREAD, GOODS, GOODS_RATE


class Merchant(NamedTuple):
    """What decides an outlet's rates."""

    kind: str
    governorate: str
    fuel: str | None
    loaf_type: str | None

    @property
    def scope(self) -> dict[str, str]:
        """The case that policies are looked up for."""
        return {name: value for name, value in self._asdict().items() if value is not None}


class Part(NamedTuple):
    """What a closed day counts of one day of selling; below zero where more was reversed than sold."""

    sold_on: date
    loaves: int
    goods_amount: int


class Component(NamedTuple):
    """So many loaves or piastres at a rate. The amount is rounded here and nowhere else, half away from zero."""

    kind: str
    sold_on: date
    quantity: int
    rate: Decimal
    amount: int
    legal_reference: str


def components(merchant: Merchant, parts: Iterable[Part], book: PolicyBook) -> list[Component]:
    """What a closed day consists of, each part at the rate of the day it was sold on.

    Raises PolicyMissing or PolicyInvalid where the book gives no rate for something that was sold.
    """
    made = []
    for part in parts:
        for kind, rate, quantity in ((BREAD, BAKERY_RATE, part.loaves), (GOODS, GOODS_RATE, part.goods_amount)):
            if quantity:
                made.append(_component(merchant, kind, rate, part.sold_on, quantity, book))
    return made


def _component(
    merchant: Merchant, kind: str, key: Key[Decimal], day: date, quantity: int, book: PolicyBook
) -> Component:
    rate, row = key.row(book, day, **merchant.scope)
    amount = int((rate * quantity).quantize(Decimal(1), ROUND_HALF_UP))
    return Component(kind, day, quantity, rate, amount, row.legal_reference)
