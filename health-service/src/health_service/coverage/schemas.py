"""What crosses the wire about cover. Money in piastres."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chassis.personal import Personal, Whose

State = Literal["pending", "active", "suspended", "ended"]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
LAST_DAY = date(2099, 12, 31)  # no decision or contribution reaches further
Reference = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f]+$")]


class ContributionRequest(BaseModel):
    """What an insured person paid for the family's cover of one month or several."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    insured_id: Annotated[
        UUID | None, Field(description="the member on whose wage it is reckoned; without it, the head"), Whose.CITIZEN
    ] = None
    reference: Annotated[Reference, Field(description="the payer's own number, used once")]
    category: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$", description="employee, self_employed, casual, pensioner")]
    insured_wage: Annotated[int, Field(strict=True, gt=0, le=100_000_000, description="piastres a month")]
    declared_income: Annotated[
        int | None, Field(strict=True, gt=0, le=100_000_000_000, description="of the tax return, piastres a month")
    ] = None
    spouses: Annotated[int, Field(strict=True, ge=0, le=4, description="without work of their own")] = 0
    children: Annotated[int, Field(strict=True, ge=0, le=30)] = 0
    first_month: Annotated[date, Field(ge=date(2018, 1, 1), le=LAST_DAY, description="its first day")]
    months: Annotated[int, Field(strict=True, ge=1, le=36)] = 1
    amount: Annotated[int, Field(strict=True, ge=0, description="piastres, for all the months")]

    @model_validator(mode="after")
    def _first_of_month(self) -> ContributionRequest:
        if self.first_month.day != 1:
            raise ValueError("first_month is the first day of a month")
        return self


class Contribution(BaseModel):
    """A contribution in the books."""

    contribution_id: UUID
    insured_id: Annotated[UUID | None, Field(description="None: entered for the family as a whole")] = None
    reference: str
    category: str
    first_month: date
    months: int
    amount: int
    recorded_at: datetime
    reversed_at: Annotated[datetime | None, Field(description="when it was taken back")] = None
    reversal_reason: str | None = None


class ContributionReversalIn(BaseModel):
    """Why a contribution is taken back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Annotated[str, Field(min_length=3, max_length=300, pattern=r"^[^\x00-\x1f]+$")]


class ContributionReversal(BaseModel):
    """What became of taking a contribution back: done, or proposed for another person to decide."""

    contribution_id: UUID
    state: Literal["reversed", "proposed"]
    proposal_id: UUID | None = None


class ContributionReceipt(Contribution):
    """A contribution just entered, and how the family stands with it."""

    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    state: Annotated[State, Personal.HEALTH]
    unpaid_from: Annotated[date | None, Personal.HEALTH]


class ExemptionRequest(BaseModel):
    """The exemption of a family unable to pay, or of a person for a disease. It replaces the one before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["unable", "chronic_disease", "tumour"]
    citizen_id: Annotated[UUID | None, Field(description="the person, for a disease")] = None
    first_day: Annotated[date, Field(ge=date(2018, 1, 1), le=LAST_DAY)]
    last_day: Annotated[date | None, Field(ge=date(2018, 1, 1), le=LAST_DAY)] = None
    codes: Annotated[
        list[Code],
        Field(
            max_length=50,
            description="of the disease (ICD-10) and its treatments (ATC, procedures), with what lies below a code."
            " Without codes the clinic says what is related",
        ),
    ] = []
    reference: Annotated[Reference, Field(description="the decision's number")]

    @model_validator(mode="after")
    def _in_order(self) -> ExemptionRequest:
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError("last_day lies before first_day")
        if self.kind == "unable" and self.codes:
            raise ValueError("codes belong to a disease")
        return self


class Exemption(BaseModel):
    """An exemption as it is shown: that a disease is its ground, never which."""

    kind: Literal["unable", "medical"]
    citizen_id: UUID | None
    first_day: date
    last_day: date | None


class Coverage(BaseModel):
    """A family's cover today. `suspends_on`: when non-emergency care ends if nothing is paid."""

    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    governorate: str
    enrolled_on: date
    state: Annotated[State, Personal.HEALTH]
    since: Annotated[date | None, Personal.HEALTH]
    exempt: Annotated[bool, Personal.HEALTH]
    unpaid_from: date | None
    suspends_on: date | None
    exemptions: Annotated[list[Exemption], Personal.HEALTH]
    contributions: Annotated[list[Contribution], Personal.HEALTH]
