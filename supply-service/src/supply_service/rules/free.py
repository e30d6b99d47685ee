"""Selling at the free price: to anybody, card or none, for cash; no pot, no limit, nothing that is reimbursed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from policybook.book import PolicyBook
from supply_service.rules.figures import LOAF, Figures
from supply_service.rules.keys import BREAD, FREE, GOODS, PRICE
from supply_service.rules.refusals import AmountDiffers, FreePriceUnknown, ItemUnknown, WrongOutletKind


class FreeLine(NamedTuple):
    """So many pieces of an item at a price; piastres."""

    item: str
    quantity: int
    price: int
    amount: int


def price_of(item: str, day: date, book: PolicyBook) -> int | None:
    """Piastres for which anybody buys an item on a day; None where nobody has set a price."""
    return PRICE.find(book, day, programme=FREE, item=item)


def sell(
    asked: Iterable[tuple[str, int]], outlet_kind: str, figures: Figures, book: PolicyBook, expected: int | None
) -> list[FreeLine]:
    """The lines with their prices: bread where bread is sold, all else where goods are.

    Raises ItemUnknown, WrongOutletKind, FreePriceUnknown, or AmountDiffers from what the terminal expects.
    """
    lines = []
    for item, quantity in asked:
        if item not in figures.items:
            raise ItemUnknown(f"{item} is not in the catalogue.", detail_ar="السلعة غير مسجلة", item=item)
        if outlet_kind not in figures.outlet_kinds[BREAD if item == LOAF else GOODS]:
            raise WrongOutletKind(f"{item} is not sold here.", detail_ar="السلعة لا تباع في هذا المنفذ", item=item)
        price = price_of(item, figures.day, book)
        if price is None:
            raise FreePriceUnknown(
                f"The ministry has set no price at which anybody buys {item}: it is sold on the card alone.",
                detail_ar="لم تحدد الوزارة سعراً حراً لهذه السلعة، وتصرف بالكارت فقط.",
                item=item,
            )
        lines.append(FreeLine(item, quantity, price, price * quantity))
    amount = sum(line.amount for line in lines)
    if expected is not None and expected != amount:
        raise AmountDiffers(f"The lines come to {amount}.", detail_ar=f"المبلغ المحسوب {amount} قرش", amount=amount)
    return lines


def loaves_of(lines: Iterable[FreeLine]) -> int:
    """The loaves among the lines: they come of the bakery's flour as those on the card do."""
    return sum(line.quantity for line in lines if line.item == LOAF)
