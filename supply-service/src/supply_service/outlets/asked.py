"""Which outlets a list or a count is about."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal, NamedTuple

from fastapi import Depends, Query

from chassis.clock import business_day
from chassis.paging import Number
from chassis.places import DistrictCode, GovernorateCode
from supply_service.context import Running
from supply_service.outlets.schemas import OutletKind

OutletState = Literal["active", "suspended"]
_SILENT = Query(ge=1, le=60, description="only those with a terminal in use that have sold nothing for so many days")


class Asked(NamedTuple):
    """The conditions, None where all are meant."""

    governorate: str | None
    district: str | None
    kind: str | None
    suspended: bool | None
    silent_since: date | None


def _asked(
    runtime: Running,
    governorate: Annotated[GovernorateCode | None, Query()] = None,
    district: Annotated[DistrictCode | None, Query()] = None,
    kind: OutletKind | None = None,
    state: OutletState | None = None,
    silent_days: Annotated[Number | None, _SILENT] = None,
) -> Asked:
    suspended = None if state is None else state == "suspended"
    since = None if silent_days is None else business_day(runtime.clock.now()) - timedelta(days=silent_days)
    return Asked(governorate, district, kind, suspended, since)


AskedFor = Annotated[Asked, Depends(_asked)]
