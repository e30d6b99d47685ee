"""Which tables of health-service hold data on persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from chassis.personal import Personal, Whose
from chassis.records.held import Held, HeldIn, owner
from health_service.context import Runtime

_COVER: Final = "comprehensive health insurance (Law 2 of 2018)"
_BOOKS: Final = "as long as claims on the insurer may be made"
_PATIENT: Final = {"patient_id": Whose.CITIZEN}
_CITIZEN: Final = {"citizen_id": Whose.CITIZEN}
_HOUSEHOLD: Final = {"household_id": Whose.HOUSEHOLD}


def _visit(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> object:
    return orjson.loads(runtime.state.vault.open(owner(row, "encounter_id"), sealed))


def _ground(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> object:
    return runtime.state.vault.open(owner(row, "exemption_id"), sealed).decode()


HELD: Final[Held] = {
    "citizen": HeldIn(whose=_CITIZEN, classes=(Personal.HOUSEHOLD,), basis=_COVER, kept="while registered"),
    "member": HeldIn(whose=_CITIZEN, classes=(Personal.HOUSEHOLD,), basis=_COVER, kept="while registered"),
    "household": HeldIn(whose=_HOUSEHOLD, classes=(Personal.HOUSEHOLD,), basis=_COVER, kept="while registered"),
    "card": HeldIn(whose=_CITIZEN, classes=(Personal.CARD,), basis=_COVER, kept="while the card is registered"),
    "coverage": HeldIn(whose=_HOUSEHOLD, classes=(Personal.HEALTH,), basis=_COVER, kept="while covered"),
    "contribution": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.HEALTH,),
        basis=_COVER,
        kept=_BOOKS,
        without=(
            "insured_wage",
            "declared_income",
            "insured_id",
            "recorded_by",
        ),  # another member's pay is that member's
    ),
    "exemption": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.HEALTH,),
        basis=_COVER,
        kept=_BOOKS,
        without=("entered_by",),
        sealed={"sealed": _ground},
    ),
    "encounter": HeldIn(
        whose=_PATIENT,
        classes=(Personal.HEALTH,),
        basis=_COVER,
        kept=_BOOKS,
        without=("entered_by", "reviewed_by"),
        sealed={"sealed": _visit},
    ),
    "referral": HeldIn(whose=_PATIENT, classes=(Personal.HEALTH,), basis=_COVER, kept=_BOOKS),
    "cap_use": HeldIn(whose=_PATIENT, classes=(Personal.HEALTH,), basis=_COVER, kept=_BOOKS),
}
