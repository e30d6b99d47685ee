"""Which tables of health-service hold data on persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from chassis.personal import Personal, Whose
from chassis.privacy.held import RIGHTS
from chassis.processing.basis import Basis
from chassis.processing.classes import Retention
from chassis.processing.endings import Ending
from chassis.records.held import Held, HeldIn, owner
from health_service.context import Runtime

_COVER: Final = Basis.HEALTH_COVER
_PATIENT: Final = {"patient_id": Whose.CITIZEN}
_CITIZEN: Final = {"citizen_id": Whose.CITIZEN}
_HOUSEHOLD: Final = {"household_id": Whose.HOUSEHOLD}


def _visit(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> object:
    return orjson.loads(runtime.state.vault.open(owner(row, "encounter_id"), sealed))


def _ground(runtime: Runtime, row: Mapping[str, object], sealed: bytes) -> object:
    return runtime.state.vault.open(owner(row, "exemption_id"), sealed).decode()


HELD: Final[Held] = {
    "citizen": HeldIn(whose=_CITIZEN, classes=(Personal.HOUSEHOLD,), basis=_COVER, retention=Retention.REGISTER),
    "member": HeldIn(whose=_CITIZEN, classes=(Personal.HOUSEHOLD,), basis=_COVER, retention=Retention.REGISTER),
    "household": HeldIn(whose=_HOUSEHOLD, classes=(Personal.HOUSEHOLD,), basis=_COVER, retention=Retention.REGISTER),
    "card": HeldIn(whose=_CITIZEN, classes=(Personal.CARD,), basis=_COVER, retention=Retention.REGISTER),
    "coverage": HeldIn(whose=_HOUSEHOLD, classes=(Personal.HEALTH,), basis=_COVER, retention=Retention.REGISTER),
    "contribution": HeldIn(
        whose=_HOUSEHOLD,
        classes=(Personal.HEALTH,),
        basis=_COVER,
        retention=Retention.HEALTH,
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
        retention=Retention.HEALTH,
        ends=Ending("coalesce(t.superseded_at, t.last_day::timestamptz) < {before}", by="end_exemption"),
        without=("entered_by",),
        sealed={"sealed": _ground},
    ),
    "encounter": HeldIn(
        whose=_PATIENT,
        classes=(Personal.HEALTH,),
        basis=_COVER,
        retention=Retention.HEALTH,
        without=("entered_by", "reviewed_by"),
        sealed={"sealed": _visit},
    ),
    "referral": HeldIn(
        whose=_PATIENT,
        classes=(Personal.HEALTH,),
        basis=_COVER,
        retention=Retention.HEALTH,
        ends=Ending("t.last_day::timestamptz < {before}", by="end_referral"),
    ),
    "cap_use": HeldIn(whose=_PATIENT, classes=(Personal.HEALTH,), basis=_COVER, retention=Retention.HEALTH),
    **RIGHTS,
}
