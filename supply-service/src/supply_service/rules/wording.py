"""What the receipt says, in Arabic and English."""

from __future__ import annotations

from collections.abc import Sequence

from supply_service.rules.account import Account
from supply_service.rules.allowance import pounds
from supply_service.rules.figures import BREAD, GOODS, POINTS, UNITS, Figures
from supply_service.rules.redeem import Sale, SoldLine

PROGRAMME_AR = {BREAD: "الخبز", GOODS: "السلع التموينية", POINTS: "نقاط الخبز"}
PROGRAMME_EN = {BREAD: "bread", GOODS: "goods allowance", POINTS: "bread points"}
MOST_FEW = 10  # Arabic counts 3 to 10 with the plural, more with the singular


def loaves_ar(count: int) -> str:
    """A number of loaves in Arabic: رغيف، رغيفان، 5 أرغفة، 15 رغيفاً."""
    if count == 1:
        return "رغيف واحد"
    if count == 2:
        return "رغيفان"
    return f"{count} {'أرغفة' if 3 <= count <= MOST_FEW else 'رغيفاً'}"


def quantity_ar(programme: str, amount: int) -> str:
    """What is in a pot, in its own unit."""
    return loaves_ar(amount) if UNITS[programme] == "loaf" else f"{pounds(amount)} جنيه"


def quantity_en(programme: str, amount: int) -> str:
    """What is in a pot, in its own unit."""
    return f"{amount} loaves" if UNITS[programme] == "loaf" else f"EGP {pounds(amount)}"


def sale_ar(sale: Sale) -> str:
    """One sentence on a sale."""
    parts = []
    if sale.loaves:
        parts.append(f"تم صرف {loaves_ar(sale.loaves)}")
    if sale.goods:
        parts.append(f"تم صرف سلع بقيمة {pounds(sale.goods)} جنيه")
    return f"{' و'.join(parts)}. {remaining_ar(sale.account, sale)}"


def sale_en(sale: Sale) -> str:
    """One sentence on a sale."""
    parts = []
    if sale.loaves:
        parts.append(f"{sale.loaves} loaves drawn")
    if sale.goods:
        parts.append(f"goods for EGP {pounds(sale.goods)} drawn")
    return f"{', '.join(parts).capitalize()}. {remaining_en(sale.account, sale)}"


def remaining_ar(account: Account, sale: Sale) -> str:
    """What is left of the pots the sale drew on."""
    left = [f"{PROGRAMME_AR[p]} {quantity_ar(p, n)}" for p, n in _left(account, sale.lines)]
    return f"المتبقي: {'، '.join(left)}"


def remaining_en(account: Account, sale: Sale) -> str:
    """What is left of the pots the sale drew on."""
    left = [f"{PROGRAMME_EN[p]} {quantity_en(p, n)}" for p, n in _left(account, sale.lines)]
    return f"Remaining: {', '.join(left)}"


def receipt_ar(sale: Sale, figures: Figures) -> list[str]:
    """The receipt's lines: what was drawn, at what price, and what the citizen pays."""
    printed = []
    for line in sale.lines:
        known = figures.items.get(line.item)
        printed.append(f"{known.name_ar if known else line.item} × {line.quantity} = {pounds(line.amount)} جنيه")
    if sale.cash:
        printed.append(f"المطلوب نقداً: {pounds(sale.cash)} جنيه")
    return printed


def reversal_ar(account: Account, lines: Sequence[SoldLine]) -> str:
    """One sentence on a reversal."""
    left = [f"{PROGRAMME_AR[p]} {quantity_ar(p, n)}" for p, n in _left(account, lines)]
    return f"تم إلغاء العملية. المتبقي: {'، '.join(left)}"


def reversal_en(account: Account, lines: Sequence[SoldLine]) -> str:
    """One sentence on a reversal."""
    left = [f"{PROGRAMME_EN[p]} {quantity_en(p, n)}" for p, n in _left(account, lines)]
    return f"The draw was reversed. Remaining: {', '.join(left)}"


def _left(account: Account, lines: Sequence[SoldLine]) -> list[tuple[str, int]]:
    pots = dict.fromkeys((line.programme, line.period) for line in lines)
    return [(programme, account.pots[(programme, period)].remaining) for programme, period in pots]
