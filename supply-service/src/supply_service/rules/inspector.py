"""The inspector's card: bread that a bakery sells to people without a card, at the citizen's price, within a bound."""

from __future__ import annotations

from policybook.book import PolicyBook
from supply_service.rules.figures import Figures
from supply_service.rules.keys import BREAD, INSPECTOR_LOAVES
from supply_service.rules.refusals import InspectorCardClosed, InspectorLoavesExceeded, WrongOutletKind
from supply_service.rules.settlement import Merchant


def draw(merchant: Merchant, loaves: int, drawn: int, figures: Figures, book: PolicyBook) -> int:
    """Piastres the buyers pay for so many loaves, of a bakery that was let sell `drawn` on the day already.

    Raises WrongOutletKind, InspectorCardClosed or InspectorLoavesExceeded.
    """
    if merchant.kind not in figures.outlet_kinds[BREAD]:
        raise WrongOutletKind("No bread is sold here.", detail_ar="هذا المنفذ لا يبيع الخبز")
    most = INSPECTOR_LOAVES.find(book, figures.day, **merchant.scope)
    if most is None:
        raise InspectorCardClosed(
            "The ministry has approved no bound for what an inspector lets a bakery sell: until then nobody lets it.",
            detail_ar="لم تعتمد الوزارة حداً لما يصرف بكارت المفتش، ولا يصرف به قبل ذلك.",
        )
    if drawn + loaves > most:
        raise InspectorLoavesExceeded(
            f"{max(0, most - drawn)} loaves are left of the day at this bakery.",
            detail_ar=f"المتبقي لهذا المخبز اليوم {max(0, most - drawn)} رغيف",
            remaining=max(0, most - drawn),
        )
    return loaves * figures.loaf_price
