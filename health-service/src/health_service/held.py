"""Which tables of health-service hold data on persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from chassis.personal import Personal, Whose
from chassis.privacy.held import RIGHTS
from chassis.processing.basis import Basis
from chassis.processing.classes import Retention
from chassis.processing.endings import Ending, Stays
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
        stays=Stays.ARREARS,
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
        ends=Ending(
            "t.occurred_at < {before} AND t.copayment_state NOT IN ('due', 'review')"
            " AND t.review IS DISTINCT FROM 'open'"
            " AND NOT EXISTS (SELECT FROM referral r WHERE r.encounter_id = t.encounter_id)"
            " AND NOT EXISTS (SELECT FROM encounter_reversal r WHERE r.encounter_id = t.encounter_id)",
            by="end_encounter",
        ),
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
    "cap_use": HeldIn(
        whose=_PATIENT,
        classes=(Personal.HEALTH,),
        basis=_COVER,
        retention=Retention.HEALTH,
        ends=Ending(
            "CASE WHEN t.period LIKE 'month:%'"
            " THEN to_date(substr(t.period, 7), 'YYYY-MM') + interval '1 month' < {before}"
            " WHEN t.period LIKE 'year:%' THEN make_date(substr(t.period, 6)::int, 1, 1) + interval '1 year' < {before}"
            " ELSE NOT EXISTS (SELECT FROM encounter e WHERE e.patient_id = t.patient_id AND e.occurred_at >= {before})"
            " END",
            by="end_cap_use",
        ),
    ),
    **RIGHTS,
}
# What is in no copy: the visit says that it was taken back.
MORE: Final[Held] = {
    "encounter_reversal": HeldIn(
        whose={},
        classes=(Personal.HEALTH,),
        basis=_COVER,
        retention=Retention.HEALTH,
        ends=Ending("t.reversed_at < {before}", by="end_encounter_reversal"),
    ),
}
