"""Which tables of card-service hold data on persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from card_service.cards import erasing as cards
from card_service.context import Runtime
from card_service.distribution import erasing as distribution
from card_service.registry import erasing as register
from card_service.sealing import MOBILE, NAME, NATIONAL_ID, RATION_CARD, REQUEST
from chassis.personal import Personal, Whose
from chassis.privacy.held import RIGHTS
from chassis.processing.basis import Basis
from chassis.processing.classes import Retention
from chassis.processing.endings import Ending
from chassis.records.held import Erasing, Held, HeldIn, owner


def _national_id(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.tools.vault.open(owner(row, "citizen_id"), sealed, NATIONAL_ID).decode()


def _name(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.tools.vault.open(owner(row, "citizen_id"), sealed, NAME).decode()


def _mobile(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.tools.vault.open(owner(row, "citizen_id"), sealed, MOBILE).decode()


def _ration_card(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.tools.vault.open(owner(row, "household_id"), sealed, RATION_CARD).decode()


def _request(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.tools.vault.open(owner(row, "request_id"), sealed, REQUEST).decode()


def _before(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.tools.vault.open(owner(row, "request_id"), sealed, MOBILE).decode()


HELD: Final[Held] = {
    "name_token": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.IDENTITY,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,  # made anew with another name or governorate
        without=("token", "mask"),
    ),
    "citizen": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.IDENTITY, Personal.CONTACT),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        # the national id stays: the books are of five years, and of somebody
        erases=(
            Erasing((Personal.CONTACT,), (register.NUMBER,)),
            Erasing((Personal.IDENTITY,), (register.NAME,), partly=True),
        ),
        without=("national_id_hash", "mobile_hash", "posted"),
        sealed={"full_name_sealed": _name, "national_id_sealed": _national_id, "mobile_sealed": _mobile},
    ),
    "household": HeldIn(
        whose={"household_id": Whose.HOUSEHOLD},
        classes=(Personal.HOUSEHOLD, Personal.CONTACT),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("ration_card_hash", "posted"),
        sealed={"ration_card_sealed": _ration_card},
    ),
    "import_ref": HeldIn(
        whose={"household_id": Whose.HOUSEHOLD},
        classes=(Personal.HOUSEHOLD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("mark",),
    ),
    "membership": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.HOUSEHOLD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("posted",),
    ),
    "former_residence": HeldIn(
        whose={"household_id": Whose.HOUSEHOLD},
        classes=(Personal.CONTACT,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
    ),
    "register_change": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.HOUSEHOLD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("decided_by",),
    ),
    "entitlement_decision": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.HOUSEHOLD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
    ),
    "former_national_id": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.IDENTITY,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("national_id_hash",),
        sealed={"national_id_sealed": _national_id},
    ),
    "change_request": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.IDENTITY, Personal.CONTACT, Personal.HOUSEHOLD),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("subject_mark", "entered_by", "entered_session", "decided_by"),
        sealed={"details_sealed": _request, "before_sealed": _before},
    ),
    "months_claim": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.HOUSEHOLD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("decided_by",),
    ),
    "card": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        erases=(Erasing((Personal.CARD,), (cards.OLD_PINS,), partly=True),),
        without=("number_hash", "pin_salt", "pin_digest"),
    ),
    "appointment": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.APPOINTMENTS,
        ends=Ending("t.ends_at < {before} AND t.state <> 'scheduled'", by="end_appointment"),
        erases=(Erasing((Personal.CARD,), (distribution.PAST_HOURS,), partly=True),),
    ),
    "duplicate": HeldIn(
        whose={"first_id": Whose.CITIZEN, "second_id": Whose.CITIZEN},
        classes=(Personal.IDENTITY,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("first_id", "second_id", "kept", "decided_by"),
        source="duplicate t",
    ),
    "access_log": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.ACCESSES,),
        basis=Basis.ACCESSES,
        retention=Retention.RECORDS,
        without=("hash", "subject"),
    ),
    "erasure": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.RIGHTS,),
        basis=Basis.RIGHTS,
        retention=Retention.DECISIONS,
        without=("begun_at", "told_at"),
    ),
    "erasure_part": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.RIGHTS,),
        basis=Basis.RIGHTS,
        retention=Retention.DECISIONS,
        source="(SELECT p.*, e.citizen_id FROM erasure e JOIN erasure_part p USING (erasure_id)) t",
    ),
    **RIGHTS,
}
