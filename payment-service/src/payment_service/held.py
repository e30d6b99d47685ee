"""Which tables of payment-service hold data on persons."""

from __future__ import annotations

from typing import Final

from chassis.personal import Personal, Whose
from chassis.privacy.held import RIGHTS
from chassis.processing.basis import Basis
from chassis.processing.classes import Retention
from chassis.processing.endings import Stays
from chassis.records.held import Held, HeldIn

_CITIZEN: Final = {"citizen_id": Whose.CITIZEN}
_SIDE: Final = (
    "SELECT x.*, w.citizen_id FROM wallet w JOIN transfer x ON x.{side} = w.wallet_id"
    " WHERE w.citizen_id = ANY($1::uuid[])"
)

HELD: Final[Held] = {
    "wallet": HeldIn(whose=_CITIZEN, classes=(Personal.MONEY,), basis=Basis.PAYMENTS, retention=Retention.REGISTER),
    "card": HeldIn(whose=_CITIZEN, classes=(Personal.CARD,), basis=Basis.PAYMENTS, retention=Retention.REGISTER),
    "deceased": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.IDENTITY,),
        basis=Basis.PAYMENTS,
        retention=Retention.BOOKS,
        stays=Stays.REGISTERED,
        without=("released_by", "heir_wallet_id"),
    ),
    "transfer": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MONEY,),
        basis=Basis.PAYMENTS,
        retention=Retention.BOOKS,
        stays=Stays.LEDGER,
        source="("
        + " UNION ALL ".join(_SIDE.format(side=side) for side in ("debit_account_id", "credit_account_id"))
        + ") t",
        # Who has acted is told by disclosures, office by office.
        without=("ordered_by", "settled_by", "ordered_as", "settled_as"),
    ),
    "payout": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MONEY,),
        basis=Basis.PAYMENTS,
        retention=Retention.BOOKS,
        stays=Stays.LEDGER,
    ),
    "household_head": HeldIn(
        whose=_CITIZEN, classes=(Personal.HOUSEHOLD,), basis=Basis.PAYMENTS, retention=Retention.REGISTER
    ),
    "support_due": HeldIn(
        whose={"household_id": Whose.HOUSEHOLD},
        classes=(Personal.MONEY,),
        basis=Basis.PAYMENTS,
        retention=Retention.BOOKS,
        stays=Stays.LEDGER,
    ),
    "wallet_correction": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.MONEY,),
        basis=Basis.PAYMENTS,
        retention=Retention.BOOKS,
        stays=Stays.LEDGER,
    ),
    "payout_change": HeldIn(
        whose={"old_citizen_id": Whose.CITIZEN, "new_citizen_id": Whose.CITIZEN},
        classes=(Personal.MONEY,),
        basis=Basis.PAYMENTS,
        retention=Retention.BOOKS,
        stays=Stays.LEDGER,
        without=("changed_by", "old_citizen_id", "new_citizen_id"),  # the other may be somebody else
    ),
    **RIGHTS,
}
