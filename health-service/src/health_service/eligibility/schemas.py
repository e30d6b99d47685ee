"""What crosses the wire about eligibility. Money in piastres."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.personal import Personal, Whose
from health_service.eligibility.examples import ASKED, COVERED

ServiceName = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$", description="e.g. medicines, imaging, inpatient")]


class EligibilityRequest(BaseModel):
    """Ask whether the holder of a card, or another member of the household, is covered."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [ASKED]})

    card_id: Annotated[UUID, Whose.CARD]
    patient_id: Annotated[UUID | None, Field(description="another member of the card's household"), Whose.CITIZEN] = (
        None
    )
    service: Annotated[ServiceName | None, Field(description="only this service's co-payment")] = None


class ServiceTerms(BaseModel):
    """What the patient pays of a service. `cap_left`: what the cap of this month or year still allows."""

    service: str
    rate: Annotated[str, Field(description="share of the price, e.g. 0.10")]
    fixed: Annotated[int | None, Field(description="a fixed amount instead of a share")]
    cap: int | None
    cap_period: Literal["case", "each_time", "month", "year"] | None
    cap_left: int | None
    currency: str


class Reason(BaseModel):
    """Why care is not covered."""

    code: str
    title: str
    title_ar: str
    detail: str
    detail_ar: str


class Member(BaseModel):
    """A person of the household who may be the patient."""

    citizen_id: UUID
    is_head: bool
    birth_year: int | None
    insured: Annotated[bool, Field(description="counts for health insurance today")] = True


class Eligibility(BaseModel):
    """Whether care is covered today, and what it costs the patient. Emergencies are treated in any case."""

    model_config = ConfigDict(json_schema_extra={"examples": [COVERED]})

    card_id: Annotated[UUID, Whose.CARD]
    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    patient_id: Annotated[UUID | None, Whose.CITIZEN]
    covered: Annotated[bool, Personal.HEALTH]
    state: Annotated[Literal["none", "pending", "active", "suspended", "ended"], Personal.HEALTH]
    since: date | None
    exempt: Annotated[bool, Field(description="the patient pays nothing for anything"), Personal.HEALTH]
    exemption: Annotated[
        Literal["unable", "medical"] | None,
        Field(description="medical: what is related to the patient's disease is free"),
        Personal.HEALTH,
    ]
    services: Annotated[list[ServiceTerms], Personal.HEALTH]
    members: Annotated[list[Member], Personal.HOUSEHOLD]
    reasons: Annotated[list[Reason], Personal.HEALTH]
