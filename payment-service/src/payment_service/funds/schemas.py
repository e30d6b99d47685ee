"""What crosses the wire about funds and programmes of payouts. Amounts are piastres."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.paging import Page

WORD = r"^[a-z][a-z0-9_]{0,31}$"
FundInPath = Annotated[str, Path(pattern=WORD)]
ProgrammeInPath = Annotated[str, Path(pattern=WORD)]
Authority = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._~-]{0,63}$", examples=["pension-authority"])]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")
]
Kind = Literal["pension", "assistance", "support", "other"]


class FundIn(BaseModel):
    """Whose a fund is, and what it is called."""

    model_config = ConfigDict(extra="forbid")

    authority: Authority
    name_ar: Name
    name_en: Name


class Fund(BaseModel):
    """A fund. `authority` is null where an earlier version left it to nobody; `available` is what batches may take."""

    fund: str
    authority: str | None
    name_ar: str
    name_en: str
    account_id: UUID
    balance: int
    available: int
    changed_by: str
    changed_at: datetime
    proposal_id: UUID | None = Field(
        default=None,
        description="where another owner was asked for: what is to be decided, under /v1/proposals/payment",
    )


class Funds(Page[Fund, str]):
    """A page of funds, in order of their words."""


class FundingIn(BaseModel):
    """Money of the treasury for a fund; `reference` is the treasury's own."""

    model_config = ConfigDict(extra="forbid")

    amount: Annotated[int, Field(strict=True, gt=0, le=10**15)]
    reference: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9:_./-]+$")]


class ProgrammeIn(BaseModel):
    """What a programme is, and from which fund it is paid; `open` says whether new batches may be declared."""

    model_config = ConfigDict(extra="forbid")

    fund: Annotated[str, Field(pattern=WORD)]
    kind: Kind
    name_ar: Name
    name_en: Name
    open: Annotated[bool, Field(strict=True)] = True


class Programme(BaseModel):
    """A programme of payouts; its authority is that of its fund."""

    programme: str
    fund: str
    authority: str | None
    kind: Kind
    name_ar: str
    name_en: str
    open: bool
    changed_by: str
    changed_at: datetime


class Programmes(Page[Programme, str]):
    """A page of programmes, in order of their words."""
