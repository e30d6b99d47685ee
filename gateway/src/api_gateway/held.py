"""Which tables of the gateway hold data on citizens."""

from __future__ import annotations

from typing import Final

from api_gateway.signin import erasing
from chassis.personal import Personal, Whose
from chassis.privacy.held import RIGHTS
from chassis.processing.basis import Basis
from chassis.processing.classes import Retention
from chassis.processing.endings import Ending
from chassis.records.held import Erasing, Held, HeldIn

_CITIZEN: Final = {"citizen_id": Whose.CITIZEN}

HELD: Final[Held] = {
    "session": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.SIGN_INS,),
        basis=Basis.SIGN_IN,
        retention=Retention.SIGN_INS,
        erases=(Erasing((Personal.SIGN_INS,), (erasing.PAST_SIGN_INS,), partly=True),),
    ),
    "code_challenge": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.SIGN_INS,),
        basis=Basis.SIGN_IN,
        retention=Retention.SIGN_INS,
        erases=(Erasing((Personal.SIGN_INS,), (erasing.CODES,)),),
        without=("code_mark", "person_mark", "marked_with"),
    ),
    "disclosure_delay": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.RIGHTS,),
        basis=Basis.RIGHTS,
        retention=Retention.DECISIONS,
        ends=Ending("t.until::timestamptz < {before}", by="end_disclosure_delay"),
    ),
    **RIGHTS,
}
