"""Which tables of supply-service hold data on persons."""

from __future__ import annotations

from typing import Final

from chassis.personal import Personal, Whose
from chassis.privacy.held import RIGHTS
from chassis.processing.basis import Basis
from chassis.processing.classes import Retention
from chassis.processing.endings import Ending
from chassis.records.held import Held, HeldIn

_HOUSEHOLD: Final = {"household_id": Whose.HOUSEHOLD}
# A household's sales and reversals are found by its entries.
_BY_ENTRY: Final = (
    "(SELECT DISTINCT ON (x.{id}) x.* FROM entry e JOIN {table} x ON x.{id} = e.source_id"
    " WHERE e.household_id = ANY($3::uuid[])) t"
)

HELD: Final[Held] = {
    "card": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
    ),
    "household": HeldIn(
        whose=_HOUSEHOLD, classes=(Personal.HOUSEHOLD,), basis=Basis.SUBSIDY, retention=Retention.REGISTER
    ),
    "household_size": HeldIn(
        whose=_HOUSEHOLD, classes=(Personal.HOUSEHOLD,), basis=Basis.SUBSIDY, retention=Retention.REGISTER
    ),
    "death": HeldIn(
        whose=_HOUSEHOLD | {"citizen_id": Whose.CITIZEN},
        classes=(Personal.HOUSEHOLD,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
    ),
    "drawn_after_death": HeldIn(
        whose=_HOUSEHOLD | {"citizen_id": Whose.CITIZEN},
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
    ),
    "pot_correction": HeldIn(
        whose=_HOUSEHOLD, classes=(Personal.RATIONS,), basis=Basis.SUBSIDY_BOOKS, retention=Retention.BOOKS
    ),
    "pot": HeldIn(whose=_HOUSEHOLD, classes=(Personal.RATIONS,), basis=Basis.SUBSIDY_BOOKS, retention=Retention.BOOKS),
    "redemption": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        ends=Ending("t.period + interval '1 month' < {before}", by="end_redemption"),
        source=_BY_ENTRY.format(table="redemption", id="redemption_id"),
    ),
    "reversal": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        source=_BY_ENTRY.format(table="reversal", id="reversal_id"),
    ),
    "tender": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS, Personal.MONEY),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        ends=Ending("t.business_day::timestamptz < {before}", by="end_tender"),
    ),
    "hold": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.MONEY,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
    ),
    **RIGHTS,
}
