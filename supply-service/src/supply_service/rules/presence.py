"""Which sales need the proof that the card's holder is there, and how much goes without. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from supply_service.rules.keys import BREAD, FLOUR

if TYPE_CHECKING:
    from supply_service.rules.account import Account
    from supply_service.rules.sale import Sale

AWAY = "away"


class Gone(NamedTuple):
    """What has gone without a proof today: at a terminal or at an outlet."""

    loaves: int = 0
    goods: int = 0
    away: int = 0  # sales above the limits while proofs could not be had


class Had(NamedTuple):
    """What a household has had before a sale: loaves and piastres of goods of the day, kilograms of the month."""

    loaves: int = 0
    goods: int = 0
    flour: int = 0


NOTHING: Final = Had()
_COUNTED_BY_POT: Final = (BREAD, FLOUR)


@dataclass(frozen=True, slots=True)
class Free:
    """How much goes without a proof: loaves in a sale, loaves and piastres of goods by card and day, by place and day.

    `away`: sales above these that a terminal may make in a day while proofs cannot be had.
    """

    loaves_by_sale: int
    loaves_by_card: int
    goods_by_card: int
    loaves_by_terminal: int
    goods_by_terminal: int
    loaves_by_outlet: int
    goods_by_outlet: int
    away_by_terminal: int
    flour_by_card: int = 0  # kilograms of a month


def had_before(before: Account | None, sale: Sale, goods: int) -> Had:
    """What a household has had: loaves of the day in parts, kilograms of the month, `goods` without a proof.

    Of bread and flour the pot that a sale reads anyway tells it, those with a proof among them: a day's bread is drawn
    once or in its parts, and whoever was asked for one part is asked for the next.
    """
    loaves = flour = 0
    if before is not None:
        for line in sale.lines:
            if line.programme not in _COUNTED_BY_POT or (pot := before.pots.get((line.programme, line.period))) is None:
                continue
            if line.programme == FLOUR:
                flour = pot.granted - pot.remaining
            elif pot.drawn_units:
                loaves = pot.drawn_units.get(sale.day.isoformat(), 0)
    return Had(loaves, goods, flour) if loaves or goods or flour else NOTHING


def exceeded(sale: Sale, card: Had, terminal: Gone, outlet: Gone, free: Free) -> str | None:
    """Which limit a sale without a proof passes: `wallet`, `sale`, `card`, `terminal` or `outlet`; None: none.

    `card`: what the household has had before (`had_before`).
    """
    if sale.wallet:
        return "wallet"
    if sale.loaves > free.loaves_by_sale:
        return "sale"
    if _more(sale, card, free.loaves_by_card, free.goods_by_card) or (
        sale.flour and sale.flour + card.flour > free.flour_by_card
    ):
        return "card"
    if _more(sale, terminal, free.loaves_by_terminal, free.goods_by_terminal):
        return "terminal"
    return "outlet" if _more(sale, outlet, free.loaves_by_outlet, free.goods_by_outlet) else None


def may_go_on(limit: str, terminal: Gone, free: Free) -> bool:
    """Whether a sale above a limit goes on while proofs cannot be had: bread and goods do, a wallet never."""
    return limit != "wallet" and terminal.away < free.away_by_terminal


def _more(sale: Sale, gone: Gone | Had, loaves: int, goods: int) -> bool:
    too_much_bread = sale.loaves > 0 and gone.loaves + sale.loaves > loaves
    return too_much_bread or (sale.bought > 0 and gone.goods + sale.bought > goods)
