"""Which tables of card-service hold data on persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from card_service.cards import erasing as cards
from card_service.context import Runtime
from card_service.distribution import erasing as distribution
from card_service.duplicates import erasing as duplicates
from card_service.registry import erasing as register
from card_service.sealing import FINDING, MOBILE, NAME, NATIONAL_ID, RATION_CARD, REQUEST
from chassis.personal import Personal, Whose
from chassis.privacy.held import RIGHTS
from chassis.processing.basis import Basis
from chassis.processing.classes import Retention
from chassis.processing.endings import Ending, Stays
from chassis.records.held import Erasing, Held, HeldIn, owner


def _national_id(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.dependencies.vault.open(owner(row, "citizen_id"), sealed, NATIONAL_ID).decode()


def _name(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.dependencies.vault.open(owner(row, "citizen_id"), sealed, NAME).decode()


def _mobile(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.dependencies.vault.open(owner(row, "citizen_id"), sealed, MOBILE).decode()


def _ration_card(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.dependencies.vault.open(owner(row, "household_id"), sealed, RATION_CARD).decode()


def _request(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.dependencies.vault.open(owner(row, "request_id"), sealed, REQUEST).decode()


def _place(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.dependencies.vault.open(owner(row, "finding_id"), sealed, FINDING).decode()


def _before(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> str:
    return runtime.state.dependencies.vault.open(owner(row, "request_id"), sealed, MOBILE).decode()


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
        erases=(Erasing((Personal.CONTACT, Personal.HOUSEHOLD), (register.ENDED_HOUSEHOLDS,), partly=True),),
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
        retention=Retention.BOOKS,
        # the pots of its months are gone before, which are counted by it
        ends=Ending("t.until::timestamptz + interval '12 months' < {before}", by="end_membership"),
        without=("posted",),
    ),
    "former_residence": HeldIn(
        whose={"household_id": Whose.HOUSEHOLD},
        classes=(Personal.CONTACT,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        erases=(Erasing((Personal.CONTACT,), (register.FORMER_ADDRESSES,), partly=True),),
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
    "freed_national_id": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.IDENTITY,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("national_id_hash",),
    ),
    "change_request": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.IDENTITY, Personal.CONTACT, Personal.HOUSEHOLD),
        basis=Basis.SUBSIDY,
        retention=Retention.DECISIONS,
        ends=Ending(
            "t.state IN ('done', 'refused', 'withdrawn', 'lapsed') AND t.appeal IS DISTINCT FROM 'open'"
            " AND greatest(t.updated_at, t.appeal_until::timestamptz) < {before}"
            " AND NOT EXISTS (SELECT FROM months_claim c WHERE c.request_id = t.request_id"
            " AND (c.decided_at IS NULL OR c.decided_at >= {before}))",
            by="end_change_request",
        ),
        without=("subject_mark", "entered_by", "entered_session", "decided_by"),
        sealed={"details_sealed": _request, "before_sealed": _before},
    ),
    "activated_card": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
    ),
    "household_use": HeldIn(
        whose={"household_id": Whose.HOUSEHOLD},
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
    ),
    "drawn_after_death": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.RATIONS,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
    ),
    "months_claim": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.HOUSEHOLD,),
        basis=Basis.SUBSIDY,
        retention=Retention.DECISIONS,
        stays=Stays.WITH_ANOTHER,  # the request it came of
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
    "card_step": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("done_by",),
    ),
    "batch_card": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
    ),
    "production_mismatch": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
    ),
    **{
        table: HeldIn(
            whose={"card_id": Whose.CARD},
            classes=(Personal.CARD,),
            basis=Basis.SUBSIDY,
            retention=Retention.REGISTER,
        )
        for table in ("consignment_card", "consignment_surplus", "stock_difference")
    },
    "hot_card": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        stays=Stays.PASSING,
        without=("posted",),
    ),
    "loss_report": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("reported_by",),
    ),
    "card_finding": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.DECISIONS,
        ends=Ending("t.entered_at < {before}", by="end_card_finding"),
        without=("entered_by",),
        sealed={"place_sealed": _place},
    ),
    "mandate": HeldIn(
        whose={"citizen_id": Whose.CITIZEN, "proxy_id": Whose.CITIZEN},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("citizen_id", "proxy_id"),  # the other is somebody else
        source="mandate t",
    ),
    "card_collection": HeldIn(
        whose={"card_id": Whose.CARD, "proxy_id": Whose.CITIZEN},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("proxy_id", "handed_over_by"),  # the proxy is somebody else
        source="card_collection t",
    ),
    "house_call": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD, Personal.HEALTH),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("asked_by", "ended_by"),
    ),
    "appointment_change": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("changed_by",),
    ),
    "appointment_offer": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        stays=Stays.PASSING,
    ),
    "awaiting_appointment": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        stays=Stays.PASSING,
    ),
    "uncollected_card": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        without=("marked_by",),
    ),
    "bread_code": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        stays=Stays.PASSING,
        without=("locator_mark", "mark"),
    ),
    "appointment": HeldIn(
        whose={"card_id": Whose.CARD},
        classes=(Personal.CARD,),
        basis=Basis.SUBSIDY,
        retention=Retention.APPOINTMENTS,
        ends=Ending("t.ends_at < {before} AND t.state <> 'scheduled'", by="end_appointment"),
        erases=(Erasing((Personal.CARD,), (distribution.PAST_HOURS,), partly=True),),
    ),
    "seminar_invitation": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.CONTACT,),
        basis=Basis.SUBSIDY,
        retention=Retention.APPOINTMENTS,
        ends=Ending("t.invited_at < {before}", by="end_seminar_invitation"),
    ),
    "duplicate": HeldIn(
        whose={"first_id": Whose.CITIZEN, "second_id": Whose.CITIZEN},
        classes=(Personal.IDENTITY,),
        basis=Basis.SUBSIDY,
        retention=Retention.REGISTER,
        erases=(Erasing((Personal.IDENTITY,), (duplicates.WORDS,), partly=True),),
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
        stays=Stays.RECEIPT,
        without=("begun_at", "told_at"),
    ),
    "erasure_part": HeldIn(
        whose={"citizen_id": Whose.CITIZEN},
        classes=(Personal.RIGHTS,),
        basis=Basis.RIGHTS,
        retention=Retention.DECISIONS,
        stays=Stays.RECEIPT,
        source="(SELECT p.*, e.citizen_id FROM erasure e JOIN erasure_part p USING (erasure_id)) t",
    ),
    **RIGHTS,
}
# What is in no copy: it names nobody by a column, and what it says stands in the register.
MORE: Final[Held] = {
    # the rows that were refused, as they were sent
    "import_refused": HeldIn(
        whose={},
        classes=(Personal.IDENTITY,),
        basis=Basis.SUBSIDY,
        retention=Retention.RESULTS,
        ends=Ending(
            "EXISTS (SELECT FROM import_job j WHERE j.import_id = t.import_id AND j.finished_at < {before})",
            by="end_import_refused",
        ),
    ),
    "import_result": HeldIn(
        whose={},
        classes=(Personal.IDENTITY,),
        basis=Basis.SUBSIDY,
        retention=Retention.RESULTS,
        ends=Ending(
            "EXISTS (SELECT FROM import_job j WHERE j.import_id = t.import_id AND j.finished_at < {before})",
            by="end_import_result",
        ),
    ),
}
