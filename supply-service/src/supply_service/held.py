"""Which tables of supply-service hold data on persons."""

from __future__ import annotations

from typing import Final

from chassis.personal import Personal, Whose
from chassis.records.held import Held, HeldIn

_SUBSIDY: Final = "execution of the subsidy system (public task)"
_BOOKS: Final = "as long as the books of the subsidy are kept"
_HOUSEHOLD: Final = {"household_id": Whose.HOUSEHOLD}
# A household's sales and reversals are found by its entries.
_BY_ENTRY: Final = (
    "(SELECT DISTINCT ON (x.{id}) x.* FROM entry e JOIN {table} x ON x.{id} = e.source_id"
    " WHERE e.household_id = ANY($3::uuid[])) t"
)

HELD: Final[Held] = {
    "card": HeldIn(
        whose={"card_id": Whose.CARD}, classes=(Personal.CARD,), basis=_SUBSIDY, kept="while the card is registered"
    ),
    "household": HeldIn(
        whose=_HOUSEHOLD, classes=(Personal.HOUSEHOLD,), basis=_SUBSIDY, kept="while the household is registered"
    ),
    "household_size": HeldIn(
        whose=_HOUSEHOLD, classes=(Personal.HOUSEHOLD,), basis=_SUBSIDY, kept="while the household is registered"
    ),
    "death": HeldIn(
        whose=_HOUSEHOLD | {"citizen_id": Whose.CITIZEN}, classes=(Personal.HOUSEHOLD,), basis=_SUBSIDY, kept=_BOOKS
    ),
    "drawn_after_death": HeldIn(
        whose=_HOUSEHOLD | {"citizen_id": Whose.CITIZEN}, classes=(Personal.RATIONS,), basis=_SUBSIDY, kept=_BOOKS
    ),
    "pot_correction": HeldIn(whose=_HOUSEHOLD, classes=(Personal.RATIONS,), basis=_SUBSIDY, kept=_BOOKS),
    "pot": HeldIn(whose=_HOUSEHOLD, classes=(Personal.RATIONS,), basis=_SUBSIDY, kept=_BOOKS),
    "redemption": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=_SUBSIDY,
        kept=_BOOKS,
        source=_BY_ENTRY.format(table="redemption", id="redemption_id"),
    ),
    "reversal": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=_SUBSIDY,
        kept=_BOOKS,
        source=_BY_ENTRY.format(table="reversal", id="reversal_id"),
    ),
    "tender": HeldIn(whose=_HOUSEHOLD, classes=(Personal.RATIONS, Personal.MONEY), basis=_SUBSIDY, kept=_BOOKS),
    "hold": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.MONEY,),
        basis=_SUBSIDY,
        kept="some time after the hold has ended",
    ),
}
