"""What crosses the wire about paper sheets."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from chassis.clock import business_day
from chassis.paging import Page
from chassis.personal import Personal, Whose
from supply_service.offline.schemas import OfflineLine, explained
from supply_service.sheets.examples import ENTERED, PAGE, WITH_ROWS

MAX_ROWS = 100

Outage = Literal["network", "power", "terminal", "system"]
SheetState = Literal["submitted", "booked", "refused", "withdrawn", "expired"]


class SheetLine(OfflineLine):
    """A line of a row, with the amount that stands on the paper."""

    amount: Annotated[int, Field(strict=True, ge=0, le=10**9, description="piastres as they stand on the sheet")]


class SheetRowRequest(BaseModel):
    """A sale as it was written down: to a card, or to whoever showed the ration card."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    card_id: UUID | None = None
    ration_card: Annotated[
        str | None, Field(max_length=40, description="number of the legacy ration card, where no `card_id` is known")
    ] = None
    lines: Annotated[list[SheetLine], Field(min_length=1, max_length=20)]
    occurred_at: Annotated[AwareDatetime, Field(description="the time on the sheet, of the sheet's day in Cairo")]
    holder_mark: bool = Field(description="whether the holder's signature or thumb stands on the row")

    @model_validator(mode="after")
    def _one_holder(self) -> SheetRowRequest:
        if (self.card_id is None) == (self.ration_card is None):
            raise ValueError("a row has either a card_id or a ration_card")
        return self


class SheetRequest(BaseModel):
    """A paper sheet of an outlet, as it is entered."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [ENTERED]})

    outlet_id: UUID
    serial: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9/-]{1,40}$", description="printed on the sheet; once for each outlet")
    ]
    day: date
    outage: Outage = Field(description="what failed")
    note: Annotated[str, Field(min_length=1, max_length=300, description="what is known of the outage")]
    evidence: Annotated[
        str, Field(min_length=1, max_length=200, description="where the sheet itself is kept, or its scan")
    ]
    price_list: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None, description="version of the price list the outlet sold by; that of the sheet's day if left out"
    )
    rows: Annotated[list[SheetRowRequest], Field(min_length=1, max_length=MAX_ROWS)]

    @model_validator(mode="after")
    def _of_one_day(self) -> SheetRequest:
        strange = [n for n, row in enumerate(self.rows, 1) if business_day(row.occurred_at) != self.day]
        if strange:
            raise ValueError(f"rows of another day than the sheet's: {', '.join(map(str, strange[:10]))}")
        return self


class SheetRow(BaseModel):
    """A row, and what became of it: as of a sale uploaded without a network, `waiting` while nobody has decided.

    `disputed`: neither booked on the household nor paid until an inspector has looked; `rejected`: nothing of it is
    booked. Every `code` is a problem's, with a page and titles.
    """

    number: int = Field(description="its place on the sheet, from 1 on")
    sale_id: UUID
    card_id: Annotated[UUID | None, Whose.CARD] = Field(
        description="the card it is booked on; null where nobody is known by the ration card"
    )
    lines: Annotated[list[SheetLine], Personal.RATIONS]
    occurred_at: Annotated[datetime, Personal.RATIONS]
    holder_mark: bool
    status: Literal["waiting", "applied", "overdrawn", "disputed", "rejected"]
    code: str | None = None
    type: str | None = Field(default=None, description="the page of the code, relative to the API's address")
    title: str | None = None
    title_ar: str | None = None
    redemption_id: UUID | None = Field(default=None, description="the part of it that was booked")
    dispute_id: UUID | None = None

    @model_validator(mode="before")
    @classmethod
    def _explained(cls, given: dict[str, object]) -> dict[str, object]:
        return explained(given)


class PaperSheet(BaseModel):
    """A sheet without its rows."""

    sheet_id: UUID
    proposal_id: UUID = Field(description="what another person decides, under `/v1/proposals/supply`")
    outlet_id: UUID
    serial: str
    day: date
    outage: Outage
    note: str
    evidence: str
    price_list: str | None
    rows: int
    loaves: int = Field(description="on all rows")
    amount: int = Field(description="piastres of all rows as they stand on the sheet")
    state: SheetState = Field(description="`booked`: approved, and each row judged by itself")
    entered_by: str
    entered_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None


class PaperSheetPage(Page[PaperSheet, UUID]):
    """Sheets in the order in which they were entered."""

    model_config = ConfigDict(json_schema_extra={"examples": [PAGE]})


class PaperSheetRows(PaperSheet):
    """A sheet with its rows and what became of each."""

    model_config = ConfigDict(json_schema_extra={"examples": [WITH_ROWS]})

    items: list[SheetRow]
