"""Which tables of supply-service hold data on persons."""

from __future__ import annotations

from typing import Final

from chassis.personal import Personal, Whose
from chassis.privacy.held import RIGHTS
from chassis.processing.basis import Basis
from chassis.processing.classes import Retention
from chassis.processing.endings import Ending, Stays
from chassis.records.held import Held, HeldIn

_HOUSEHOLD: Final = {"household_id": Whose.HOUSEHOLD}
_OVER: Final = "t.period + interval '1 month' < {before}"
# The sales to somebody's cards, and to those that the household has now; both by the index of cards.
_SALES: Final = (
    "(SELECT {columns} FROM redemption x{join} WHERE x.card_id = ANY($2::uuid[] ||"
    " ARRAY(SELECT card_id FROM card WHERE household_id = ANY($3::uuid[])))) t"
)
_CARD_OR_HOUSEHOLD: Final = {"card_id": Whose.CARD, "household_id": Whose.HOUSEHOLD}

HELD: Final[Held] = {
    "card": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
    ),
    "card_span": HeldIn(
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
    "listed_household": HeldIn(
        whose=_HOUSEHOLD, classes=(Personal.HOUSEHOLD,), basis=Basis.SUBSIDY, retention=Retention.REGISTER
    ),
    "list_file_row": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.HOUSEHOLD,),
        basis=Basis.SUBSIDY,
        retention=Retention.BOOKS,
        stays=Stays.PASSING,
    ),
    "flour_choice": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        ends=Ending("t.month + interval '1 month' < {before}", by="end_flour_choice"),
    ),
    "death": HeldIn(
        whose=_HOUSEHOLD | {"citizen_id": Whose.CITIZEN},
        classes=(Personal.HOUSEHOLD,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        ends=Ending("t.told_at < {before} AND t.reckoned_at IS NOT NULL", by="end_death"),
    ),
    "drawn_after_death": HeldIn(
        whose=_HOUSEHOLD | {"citizen_id": Whose.CITIZEN},
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        ends=Ending("t.found_at < {before}", by="end_drawn_after_death"),
    ),
    # A month ends with its pots first: what proves one is there as long as it is.
    "pot": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        ends=Ending(_OVER, by="end_pot"),
    ),
    "grant_pot": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        ends=Ending(_OVER, by="end_grant_pot"),
    ),
    "grant_move": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        ends=Ending(_OVER, by="end_grant_move"),
    ),
    "pot_correction": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        ends=Ending(_OVER, by="end_pot_correction"),
    ),
    "redemption": HeldIn(
        whose=_CARD_OR_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        ends=Ending(_OVER, by="end_redemption"),
        source=_SALES.format(columns="x.*", join=""),
    ),
    "reversal": HeldIn(
        whose=_CARD_OR_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        ends=Ending("date_trunc('month', t.business_day) + interval '1 month' < {before}", by="end_reversal"),
        source=_SALES.format(columns="v.*", join=" JOIN reversal v USING (redemption_id)"),
    ),
    "tender": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS, Personal.MONEY),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        ends=Ending("t.business_day::timestamptz < {before}", by="end_tender"),
    ),
    "dispute": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        ends=Ending("t.occurred_at < {before}", by="end_dispute"),
    ),
    "paper_sheet_row": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        ends=Ending("t.occurred_at < {before}", by="end_paper_sheet_row"),
    ),
    "policy_simulation_example": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY,
        retention=Retention.DECISIONS,
        ends=Ending("t.shown_at < {before}", by="end_policy_simulation_example"),
    ),
    "hold": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.MONEY,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        stays=Stays.PASSING,
    ),
    "unproven": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY,
        retention=Retention.BOOKS,
        stays=Stays.PASSING,
    ),
    "receipt_notice_shown": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=Basis.TELLING,
        retention=Retention.MESSAGES,
        stays=Stays.PASSING,
    ),
    **RIGHTS,
}
# What is in no copy: the movements say what the sales and corrections do that are.
MORE: Final[Held] = {
    "entry": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY_BOOKS,
        retention=Retention.BOOKS,
        ends=Ending(_OVER, by="end_entry"),
    ),
}
