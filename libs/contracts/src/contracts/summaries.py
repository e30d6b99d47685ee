"""Events of supply-service about days that are over, for whoever judges the roll-out."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from contracts.event import Event
from contracts.rations import TerminalsDay
from contracts.supply import TOPIC


class OutletDaySummarised(Event):
    """What became of sales at an outlet on a day that is over, once each day, also where nothing was sold.

    Sales that come later, of terminals without a network, are not in it. `suspended`: the outlet's sales are refused.
    """

    TOPIC = TOPIC
    KEY = "outlet_id"

    outlet_id: UUID
    business_day: date
    kind: str
    governorate: str
    district: str
    suspended: bool
    terminals: list[TerminalsDay]


class HouseholdsServed(Event):
    """Households that drew anything on a day that is over, those of some outlets of a governorate at a time."""

    TOPIC = TOPIC
    KEY = "governorate"

    governorate: str
    business_day: date
    household_ids: list[UUID]
