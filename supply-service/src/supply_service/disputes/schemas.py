"""What crosses the wire about disputes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.paging import Page
from chassis.personal import Personal, Whose
from supply_service.disputes.examples import DISPUTES

DisputeState = Literal["open", "upheld", "refused", "withdrawn"]


class DisputedLineReply(BaseModel):
    """So much of a line that was not booked."""

    programme: str
    item: str
    quantity: int
    amount: int = Field(description="piastres, as the receipt says or by the list of its day")
    reason: str


class Dispute(BaseModel):
    """What an outlet claims to have handed over beyond what is booked without anybody looking at it."""

    dispute_id: UUID
    outlet_id: UUID
    terminal_id: UUID
    sale_id: UUID = Field(description="the terminal's own number of the sale")
    redemption_id: UUID | None = Field(description="the part of the sale that was booked, null where nothing was")
    card_id: Annotated[UUID, Whose.CARD]
    reason: str = Field(description="why the first of its lines is in dispute")
    lines: Annotated[list[DisputedLineReply], Personal.RATIONS] = Field(
        description="what stands in dispute; where a part of the sale was taken back, what is left"
    )
    loaves: int
    amount: int = Field(description="piastres of all lines")
    business_day: date
    occurred_at: Annotated[datetime, Personal.RATIONS]
    found_at: datetime
    state: DisputeState = Field(description="`withdrawn`: the outlet took all of it back without a network")
    withdrawn_at: datetime | None = Field(description="when it, or a part of it, was taken back")
    decided_at: datetime | None
    decision_reason: str | None


class DisputePage(Page[Dispute, UUID]):
    """Disputes in the order in which they were found."""

    model_config = ConfigDict(json_schema_extra={"examples": [DISPUTES]})


class HeldAgainst(BaseModel):
    """Another sale to the same household around that day, whoever made it."""

    redemption_id: UUID
    outlet_id: Annotated[UUID, Personal.RATIONS]
    business_day: date
    occurred_at: Annotated[datetime, Personal.RATIONS]
    offline: bool
    loaves: int
    goods_amount: int
    reversed: bool


class DisputeEvidence(Dispute):
    """A dispute with what it is decided by: the sale as it was signed, and what else the household had around it."""

    document: Annotated[str, Personal.RATIONS] = Field(
        description="the sale's canonical JSON (RFC 8785), signature included, to the letter"
    )
    hash: str = Field(description="its SHA-256, which the next sale of the chain carries")
    public_key: str | None = Field(description="base64url; the key whose chain it is in")
    signature_holds: bool | None = Field(
        description="whether that key signed this document by itself; where not, the sales behind it in the chain"
        " prove it by their hashes; null where there is no key, as of a paper sheet"
    )
    reversal: Annotated[str | None, Personal.RATIONS] = Field(
        description="the signed reversal that took it back, or a part of it, in the same form; null where there is none"
    )
    received_at: datetime
    owed_loaves: Annotated[int, Personal.RATIONS] = Field(description="what the household owes already")
    sales: Annotated[list[HeldAgainst], Personal.RATIONS]


class Finding(BaseModel):
    """What an inspector found, for another person to decide."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    upheld: bool = Field(description="whether the household is to owe it and the outlet to be paid for it")
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class FindingReply(BaseModel):
    """The proposal that another person decides, under `/v1/proposals/supply`."""

    dispute_id: UUID
    proposal_id: UUID
