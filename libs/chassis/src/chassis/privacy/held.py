"""The tables of persons' rights, which every service holds beside its own."""

from __future__ import annotations

from typing import Final

from chassis.personal import Personal, Whose
from chassis.processing.basis import Basis
from chassis.processing.classes import Retention
from chassis.processing.endings import Ending
from chassis.processing.holds import OVER
from chassis.records.held import Held, HeldIn

_CITIZEN: Final = {"citizen_id": Whose.CITIZEN}
RIGHTS: Final[Held] = {
    table: HeldIn(
        whose=_CITIZEN,
        classes=(Personal.RIGHTS,),
        basis=Basis.RIGHTS,
        retention=Retention.DECISIONS,
        ends=Ending(past, by=f"end_{table}"),
    )
    for table, past in {
        "restriction": "coalesce(t.lifted_at, t.ends_on::timestamptz) < {before}",
        "erased_person": "t.erased_at < {before}",
    }.items()
} | {
    "legal_hold": HeldIn(
        whose=_CITIZEN,
        classes=(Personal.RIGHTS,),
        basis=Basis.RIGHTS,
        retention=Retention.DECISIONS,
        ends=Ending("t.until::timestamptz < {before}", by="end_legal_hold"),
        source=OVER,
    )
}
