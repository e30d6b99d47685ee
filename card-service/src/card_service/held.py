"""Which tables of card-service hold data on persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from card_service.context import Runtime
from card_service.sealing import MOBILE, NAME, NATIONAL_ID, RATION_CARD
from chassis.personal import Personal, Whose
from chassis.records.held import Held, HeldIn, owner

_SUBSIDY: Final = "execution of the subsidy system (public task)"


def _national_id(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.tools.vault.open(owner(row, "citizen_id"), sealed, NATIONAL_ID).decode()


def _name(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.tools.vault.open(owner(row, "citizen_id"), sealed, NAME).decode()


def _mobile(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.tools.vault.open(owner(row, "citizen_id"), sealed, MOBILE).decode()


def _ration_card(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.tools.vault.open(owner(row, "household_id"), sealed, RATION_CARD).decode()


HELD: Final[Held] = {
    "name_token": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.IDENTITY,),
        basis=_SUBSIDY,
        kept="while registered; made anew with another name or governorate",
        without=("token", "mask"),
    ),
    "citizen": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.IDENTITY, Personal.CONTACT),
        basis=_SUBSIDY,
        kept="while registered, and as long as the books refer to it",
        without=("national_id_hash", "mobile_hash"),
        sealed={"full_name_sealed": _name, "national_id_sealed": _national_id, "mobile_sealed": _mobile},
    ),
    "household": HeldIn(
        whose={"household_id": Whose.HOUSEHOLD},
        classes=(Personal.HOUSEHOLD, Personal.CONTACT),
        basis=_SUBSIDY,
        kept="while registered",
        without=("ration_card_hash",),
        sealed={"ration_card_sealed": _ration_card},
    ),
    "membership": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.HOUSEHOLD,),
        basis=_SUBSIDY,
        kept="as the register's history: every past month can be asked for",
    ),
    "register_change": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.HOUSEHOLD,),
        basis=_SUBSIDY,
        kept="as the register's history: every past month can be asked for",
        without=("decided_by",),
    ),
    "entitlement_decision": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.HOUSEHOLD,),
        basis=_SUBSIDY,
        kept="as the register's history: every past month can be asked for",
    ),
    "former_national_id": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.IDENTITY,),
        basis=_SUBSIDY,
        kept="as long as somebody may come with the number of before",
        without=("national_id_hash",),
        sealed={"national_id_sealed": _national_id},
    ),
    "card": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.CARD,),
        basis=_SUBSIDY,
        kept="while registered, and as long as the books refer to it",
        without=("number_hash", "pin_salt", "pin_digest"),
    ),
    "appointment": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=_SUBSIDY,
        kept="while the card is registered",
    ),
    "access_log": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.ACCESSES,),
        basis="proof of who has seen the data (Law 151 of 2020)",
        kept="as the record that followed it",
        without=("hash", "subject"),
    ),
}
