"""Which sales need the proof that the card's holder is there, and how much goes without. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from supply_service.rules.sale import Sale

AWAY = "away"


class Gone(NamedTuple):
    """What has gone without a proof today: at a terminal, at an outlet, or to a household."""

    loaves: int = 0
    goods: int = 0
    away: int = 0  # sales above the limits while proofs could not be had


@dataclass(frozen=True, slots=True)
class Free:
    """How much goes without a proof: loaves or flour in a sale, piastres of goods by card and day, by place and day.

    `away`: sales above these that a terminal may make in a day while proofs cannot be had.
    """

    loaves_by_sale: int
    goods_by_card: int
    loaves_by_terminal: int
    goods_by_terminal: int
    loaves_by_outlet: int
    goods_by_outlet: int
    away_by_terminal: int
    flour_by_sale: int = 0  # kilograms


def exceeded(sale: Sale, card_goods: int, terminal: Gone, outlet: Gone, free: Free) -> str | None:
    """Which limit a sale without a proof passes: `wallet`, `sale`, `card`, `terminal` or `outlet`; None: none.

    `card_goods`: piastres of goods the household has had without a proof today. A day's bread is drawn once, or in
    parts of one day, so that the limit by sale bounds card and day as well.
    """
    if sale.wallet:
        return "wallet"
    if sale.loaves > free.loaves_by_sale or sale.flour > free.flour_by_sale:
        return "sale"
    if sale.bought and sale.bought + card_goods > free.goods_by_card:
        return "card"
    if _more(sale, terminal, free.loaves_by_terminal, free.goods_by_terminal):
        return "terminal"
    return "outlet" if _more(sale, outlet, free.loaves_by_outlet, free.goods_by_outlet) else None


def may_go_on(limit: str, terminal: Gone, free: Free) -> bool:
    """Whether a sale above a limit goes on while proofs cannot be had: bread and goods do, a wallet never."""
    return limit != "wallet" and terminal.away < free.away_by_terminal


def _more(sale: Sale, gone: Gone, loaves: int, goods: int) -> bool:
    too_much_bread = sale.loaves > 0 and gone.loaves + sale.loaves > loaves
    return too_much_bread or (sale.bought > 0 and gone.goods + sale.bought > goods)
