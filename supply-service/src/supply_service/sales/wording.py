"""What the receipt says, in Arabic and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chassis import plurals
from supply_service.rules.allowance import pounds
from supply_service.rules.figures import unit_of
from supply_service.rules.keys import BREAD, FLOUR, GOODS, POINTS
from supply_service.rules.sale import SoldLine
from supply_service.sales.record import NO_GRANTS, ReversalRecord, SaleRecord

PROGRAMME_AR = {BREAD: "الخبز", GOODS: "السلع التموينية", POINTS: "نقاط الخبز", FLOUR: "الدقيق"}
PROGRAMME_EN = {BREAD: "bread", GOODS: "goods allowance", POINTS: "bread points", FLOUR: "flour"}


class Words(NamedTuple):
    """The words of a receipt in one language; `place`: of its name among those of a grant."""

    place: int
    money: str
    wallet: str
    allowance: str
    difference: str
    grant: str
    due: str


AR = Words(0, "%s جنيه", "من المحفظة", "من رصيد السلع", "فرق السلع نقداً", "من %s", "المطلوب نقداً")
EN = Words(
    1, "EGP %s", "From the wallet", "From the goods allowance", "Difference for goods in cash", "From the %s",
    "To be paid in cash",
)  # fmt: skip


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
    if unit_of(programme) == "kilogram":
        return f"{amount} كجم"
    return loaves_ar(amount) if unit_of(programme) == "loaf" else f"{pounds(amount)} جنيه"


def quantity_en(programme: str, amount: int) -> str:
    """What is in a pot, in its own unit."""
    if unit_of(programme) == "kilogram":
        return f"{amount} kg"
    return f"{amount} loaves" if unit_of(programme) == "loaf" else f"EGP {pounds(amount)}"


def sale(sale: SaleRecord) -> tuple[str, str]:
    """One sentence on a sale, in Arabic and in English."""
    drawn_ar, drawn_en = [], []
    if sale.loaves:
        drawn_ar.append(f"تم صرف {loaves_ar(sale.loaves)}")
        drawn_en.append(f"{sale.loaves} loaves were drawn")
    if flour := sale.taken(FLOUR):
        drawn_ar.append(f"تم صرف {quantity_ar(FLOUR, flour)} دقيق")
        drawn_en.append(f"{quantity_en(FLOUR, flour)} of flour were drawn")
    if sale.goods:
        drawn_ar.append(f"تم صرف سلع بقيمة {pounds(sale.goods)} جنيه")
        drawn_en.append(f"Goods for EGP {pounds(sale.goods)} were drawn")
    for programme, (name_ar, name_en) in sale.grants.items():
        paid = pounds(sum(line.amount for line in sale.lines if line.programme == programme))
        drawn_ar.append(f"تم صرف سلع بقيمة {paid} جنيه من {name_ar}")
        drawn_en.append(f"Goods for EGP {paid} were drawn of the {name_en}")
    if wallet := sale.wallet:
        drawn_ar.append(f"تم دفع {pounds(wallet)} جنيه من المحفظة")
        drawn_en.append(f"EGP {pounds(wallet)} were paid from the wallet")
    if difference := sale.difference:
        drawn_ar.append(f"المطلوب نقداً فرق السلع {pounds(difference)} جنيه")
        drawn_en.append(f"EGP {pounds(difference)} for the difference are to be paid in cash")
    left_ar, left_en = _left(sale.left, sale.lines, sale.forfeit, sale.grants)
    return f"{' و'.join(drawn_ar)}. {left_ar}", f"{', '.join(drawn_en)}. {left_en}"


def reversal(done: ReversalRecord) -> tuple[str, str]:
    """One sentence on a reversal, in Arabic and in English: what can be drawn again, and what cannot any more."""
    parts_ar = ["تم إلغاء العملية" if done.only is None else "تم إلغاء جزء من العملية"]
    parts_en = ["The draw was reversed" if done.only is None else "A part of the draw was reversed"]
    again = [line for line in done.lines if not (done.month_is_over and line.programme in done.lapsed)]
    if len(again) < len(done.lines):
        over_ar, over_en = _over(done.lapsed, done.sale.grants)
        parts_ar.append(over_ar)
        parts_en.append(over_en)
    if again:
        left_ar, left_en = _left(done.left, again, done.forfeit, done.sale.grants)
        parts_ar.append(left_ar)
        parts_en.append(left_en)
    return ". ".join(parts_ar), ". ".join(parts_en)


def receipt(sale: SaleRecord, names: Sequence[str], words: Words) -> list[str]:
    """The receipt's lines: what was drawn (`names` of its items), at what price, and what the citizen pays."""
    money = words.money
    printed = []
    for line, name in zip(sale.lines, names, strict=True):
        price = line.amount + line.wallet + line.cash
        printed.append(f"{name} × {line.quantity} = {money % pounds(price)}")
    if wallet := sale.wallet:
        printed.append(f"{words.wallet}: {money % pounds(wallet)}")
    if difference := sale.difference:
        printed.append(f"{words.allowance}: {money % pounds(sale.goods)}")
        printed.append(f"{words.difference}: {money % pounds(difference)}")
    for programme, named in sale.grants.items():
        paid = sum(line.amount for line in sale.lines if line.programme == programme)
        printed.append(f"{words.grant % named[words.place]}: {money % pounds(paid)}")
    if sale.cash:
        printed.append(f"{words.due}: {money % pounds(sale.cash)}")
    return printed


def _over(lapsed: Mapping[str, int], grants: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """What was given back to a month that is over: loaves become points, nothing else of it is drawn any more."""
    over_ar, over_en = [], []
    for programme, amount in lapsed.items():
        if programme != BREAD:
            name_ar = PROGRAMME_AR.get(programme) or grants[programme][0]
            name_en = PROGRAMME_EN.get(programme) or grants[programme][1]
            over_ar.append(f"لا يصرف بعد نهاية الشهر: {name_ar} {quantity_ar(programme, amount)}")
            over_en.append(f"{name_en} {quantity_en(programme, amount)} can no longer be drawn")
    if loaves := lapsed.get(BREAD):
        over_ar.append(f"تتحول إلى نقاط {loaves_ar(loaves)}")
        over_en.append(f"{loaves} loaves become points")
    return f"انتهى شهر الصرف، {'، '.join(over_ar)}", f"Its month is over: {', '.join(over_en)}"


def _left(
    left: Mapping[str, int],
    lines: Sequence[SoldLine],
    forfeit: int = 0,
    grants: Mapping[str, Sequence[str]] = NO_GRANTS,
) -> tuple[str, str]:
    """What can still be drawn of the pots that were drawn on; loaves whose days are over become points."""
    left_ar, left_en = [], []
    for programme in dict.fromkeys(line.programme for line in lines):
        amount = left[programme] - (forfeit if programme == BREAD else 0)
        name_ar = PROGRAMME_AR.get(programme) or grants[programme][0]
        name_en = PROGRAMME_EN.get(programme) or grants[programme][1]
        left_ar.append(f"{name_ar} {quantity_ar(programme, amount)}")
        left_en.append(f"{name_en} {quantity_en(programme, amount)}")
    if forfeit:
        left_ar.append(f"تتحول إلى نقاط {loaves_ar(forfeit)}")
        left_en.append(f"{forfeit} loaves become points")
    return f"المتبقي: {'، '.join(left_ar)}", f"Remaining: {', '.join(left_en)}"
