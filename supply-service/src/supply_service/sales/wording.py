"""What the receipt says, in Arabic and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chassis import plurals
from supply_service.rules.allowance import pounds
from supply_service.rules.figures import UNITS
from supply_service.rules.keys import BREAD, GOODS, POINTS
from supply_service.rules.sale import SoldLine
from supply_service.sales.record import ReversalRecord, SaleRecord

PROGRAMME_AR = {BREAD: "الخبز", GOODS: "السلع التموينية", POINTS: "نقاط الخبز"}
PROGRAMME_EN = {BREAD: "bread", GOODS: "goods allowance", POINTS: "bread points"}


def loaves_ar(count: int) -> str:
    """A number of loaves in Arabic: رغيف، رغيفان، 5 أرغفة، 15 رغيفاً، 100 رغيف."""
    form = plurals.arabic(count)
    if form == "one":
        return "رغيف واحد"
    if form == "two":
        return "رغيفان"
    return f"{count} {'أرغفة' if form == 'few' else 'رغيفاً' if form == 'many' else 'رغيف'}"


def quantity_ar(programme: str, amount: int) -> str:
    """What is in a pot, in its own unit."""
    return loaves_ar(amount) if UNITS[programme] == "loaf" else f"{pounds(amount)} جنيه"


def quantity_en(programme: str, amount: int) -> str:
    """What is in a pot, in its own unit."""
    return f"{amount} loaves" if UNITS[programme] == "loaf" else f"EGP {pounds(amount)}"


def sale(sale: SaleRecord) -> tuple[str, str]:
    """One sentence on a sale, in Arabic and in English."""
    drawn_ar, drawn_en = [], []
    if sale.loaves:
        drawn_ar.append(f"تم صرف {loaves_ar(sale.loaves)}")
        drawn_en.append(f"{sale.loaves} loaves were drawn")
    if sale.goods:
        drawn_ar.append(f"تم صرف سلع بقيمة {pounds(sale.goods)} جنيه")
        drawn_en.append(f"Goods for EGP {pounds(sale.goods)} were drawn")
    if wallet := sale.wallet:
        drawn_ar.append(f"تم دفع {pounds(wallet)} جنيه من المحفظة")
        drawn_en.append(f"EGP {pounds(wallet)} were paid from the wallet")
    left_ar, left_en = _left(sale.left, sale.lines)
    return f"{' و'.join(drawn_ar)}. {left_ar}", f"{', '.join(drawn_en)}. {left_en}"


def reversal(done: ReversalRecord) -> tuple[str, str]:
    """One sentence on a reversal, in Arabic and in English."""
    left_ar, left_en = _left(done.left, done.sale.lines)
    return f"تم إلغاء العملية. {left_ar}", f"The draw was reversed. {left_en}"


def receipt_ar(sale: SaleRecord) -> list[str]:
    """The receipt's lines: what was drawn, at what price, and what the citizen pays."""
    printed = []
    for line, name in zip(sale.lines, sale.names, strict=True):
        printed.append(f"{name} × {line.quantity} = {pounds(line.amount + line.wallet)} جنيه")
    if wallet := sale.wallet:
        printed.append(f"من المحفظة: {pounds(wallet)} جنيه")
    if sale.cash:
        printed.append(f"المطلوب نقداً: {pounds(sale.cash)} جنيه")
    return printed


def _left(left: Mapping[str, int], lines: Sequence[SoldLine]) -> tuple[str, str]:
    """What is left of the pots that were drawn on."""
    left_ar, left_en = [], []
    for programme in dict.fromkeys(line.programme for line in lines):
        amount = left[programme]
        left_ar.append(f"{PROGRAMME_AR[programme]} {quantity_ar(programme, amount)}")
        left_en.append(f"{PROGRAMME_EN[programme]} {quantity_en(programme, amount)}")
    return f"المتبقي: {'، '.join(left_ar)}", f"Remaining: {', '.join(left_en)}"
