"""What crosses the wire about sacks of flour. A sack has 50 kg."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.paging import Page
from supply_service.sacks.examples import BALANCES, DELIVERIES, FINDINGS

Words = Annotated[str, Field(min_length=1, max_length=500)]


class DeliveryRequest(BaseModel):
    """Sacks of subsidised flour that a bakery was given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outlet_id: UUID
    delivered_on: date
    sacks: Annotated[int, Field(strict=True, ge=1, le=10_000)]
    reference: Annotated[str, Field(min_length=1, max_length=100, description="number of the waybill")]


class WithdrawalRequest(BaseModel):
    """Why a delivery is not to count."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Words


class Delivery(BaseModel):
    """A delivery as it was entered; once withdrawn it counts in no balance."""

    delivery_id: UUID
    outlet_id: UUID
    delivered_on: date
    sacks: int
    reference: str
    entered_by: str
    entered_at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawal_reason: str | None


class DeliveryPage(Page[Delivery, UUID]):
    """Deliveries in the order in which they were entered."""

    model_config = ConfigDict(json_schema_extra={"examples": [DELIVERIES]})


class Loaves(BaseModel):
    """Sacks held against loaves."""

    sacks: int
    expected: int = Field(description="loaves that the sacks give, at the yield of the day of each delivery")
    sold: int = Field(
        description="loaves sold on cards and at the free price, less those taken back, and those allowed of disputes"
    )
    missing: int = Field(description="expected less sold; below zero where more was sold than the flour gives")
    allowed: int = Field(description="loaves that may be missing, or too many")


class OutletBalance(Loaves):
    """A bakery's flour in a period."""

    outlet_id: UUID
    flagged: bool = Field(description="whether more is missing, or too many, than is allowed")


class BalancePage(Page[OutletBalance, UUID]):
    """Bakeries that were given flour or sold bread in the period; `next` is the outlet to go on after."""

    model_config = ConfigDict(json_schema_extra={"examples": [BALANCES]})


class Finding(Loaves):
    """A month in which a bakery's loaves do not agree with its flour, as it stood when it was found."""

    finding_id: UUID
    outlet_id: UUID
    month: str = Field(description="YYYY-MM")
    found_at: datetime
    followed_by: str | None = Field(description="who goes after it, null where nobody does")
    followed_at: datetime | None
    note: str | None


class FindingPage(Page[Finding, UUID]):
    """Findings in the order in which they were made."""

    model_config = ConfigDict(json_schema_extra={"examples": [FINDINGS]})


class FindingNote(BaseModel):
    """What whoever goes after a finding has done or will do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    note: Words
