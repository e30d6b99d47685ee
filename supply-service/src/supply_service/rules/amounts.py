"""Whether a decided sale comes to what its terminal expects, and what pays for it to what it costs. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from supply_service.rules.allowance import pounds
from supply_service.rules.refusals import AmountDiffers, CashMismatch, HoldMismatch

if TYPE_CHECKING:
    from supply_service.rules.sale import Sale


def check(sale: Sale, expected: int | None, tendered: int, counted: int) -> None:
    """Raise the refusal unless the lines come to what is expected, and wallet and cash to what they have to pay."""
    whole = sale.cash + sale.bought + sale.wallet
    if expected is not None and expected != whole:
        raise AmountDiffers(
            f"The lines come to {whole} piastres.",
            detail_ar=f"القيمة {pounds(whole)} جنيه",
            amount=whole,
        )
    if tendered != sale.wallet:
        raise HoldMismatch(
            f"The wallet has to pay {sale.wallet} piastres of it, {tendered} are held.",
            detail_ar=f"المطلوب من المحفظة {pounds(sale.wallet)} جنيه",
            due=sale.wallet,
        )
    if counted and counted != (due := sum(line.cash for line in sale.lines)):
        raise CashMismatch(
            f"{due} piastres are to be paid in cash beyond the allowance, not {counted}.",
            detail_ar=f"المطلوب نقداً لفرق السلع {pounds(due)} جنيه",
            due=due,
        )
