"""What crosses the wire about encounters. Money in piastres."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chassis.personal import Personal, Whose
from health_service.coverage.schemas import Code
from health_service.eligibility.schemas import ServiceName


class EncounterLine(BaseModel):
    """One thing done or given, at its price."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Code
    price: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000, description="piastres for one")]
    quantity: Annotated[int, Field(strict=True, ge=1, le=1000)] = 1


class Diagnosis(BaseModel):
    """A coded diagnosis, e.g. of ICD-10. Kept sealed; it leaves only to the provider that entered it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]
    code: Code


class EncounterRequest(BaseModel):
    """A visit that took place at the calling terminal's provider."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    card_id: Annotated[UUID, Whose.CARD]
    patient_id: Annotated[UUID | None, Field(description="another member of the card's household"), Whose.CITIZEN] = (
        None
    )
    service: ServiceName
    lines: Annotated[list[EncounterLine], Field(min_length=1, max_length=100)]
    diagnosis: Diagnosis | None = None
    emergency: bool = False
    for_disease: Annotated[
        bool,
        Field(
            strict=True,
            description="it was for the disease the patient is exempt for; counts where the exemption names no codes",
        ),
    ] = False
    referral_id: Annotated[UUID | None, Field(description="the referral by which the patient comes")] = None
    refers_to: Annotated[list[ServiceName], Field(max_length=10, description="services the patient is sent to")] = []
    occurred_at: AwareDatetime | None = None


class Referral(BaseModel):
    """A patient sent on to a service, until the last day."""

    referral_id: UUID
    service: str
    last_day: date


class EncounterReceipt(BaseModel):
    """A visit in the books. `copayment_state`: `none` where nothing is due, else what became of the wallet's part."""

    encounter_id: UUID
    card_id: Annotated[UUID, Whose.CARD]
    patient_id: Annotated[UUID, Whose.CITIZEN]
    provider_id: Annotated[UUID, Personal.HEALTH]
    service: Annotated[str, Personal.HEALTH]
    occurred_at: Annotated[datetime, Personal.HEALTH]
    total: Annotated[int, Personal.HEALTH]
    copayment: Annotated[int, Personal.HEALTH]
    insurer_part: int
    cap_applied: bool
    exempt: bool
    currency: str
    copayment_id: UUID
    copayment_state: Literal["none", "due", "paid", "failed"]
    failure: Annotated[str | None, Field(description="why the wallet's part could not be taken")]
    referrals: Annotated[list[Referral], Personal.HEALTH]


class Encounter(EncounterReceipt):
    """A visit with what it was about, for the provider that entered it."""

    emergency: Annotated[bool, Personal.HEALTH]
    referral_id: UUID | None
    recorded_at: datetime
    lines: Annotated[list[EncounterLine], Personal.HEALTH]
    diagnosis: Annotated[Diagnosis | None, Personal.HEALTH]
