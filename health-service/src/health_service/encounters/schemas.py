"""What crosses the wire about encounters. Money in piastres."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from chassis.paging import Page
from chassis.personal import Personal, Whose
from health_service.coverage.schemas import Code
from health_service.eligibility.schemas import ServiceName
from health_service.encounters.examples import COLLECTION, ENTERED, REASON, RECEIPT, REVERSED, VISIT
from health_service.rules.reviews import InsurerState

CopaymentState = Literal["none", "due", "paid", "failed", "review", "owed", "reversed"]


HolderProofText = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=2048,
        description="of card-service, for a `visit` and at least what the patient pays; an emergency needs none",
    ),
]


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

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [VISIT]})

    card_id: Annotated[UUID | None, Field(description="needed but in an emergency"), Whose.CARD] = None
    patient_id: Annotated[UUID | None, Field(description="another member of the card's household"), Whose.CITIZEN] = (
        None
    )
    national_id: Annotated[
        str | None,
        Field(
            min_length=14,
            max_length=40,
            description="in an emergency without a card that is known: who the patient is. Kept sealed",
        ),
    ] = None
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
    holder_proof: HolderProofText = None

    @model_validator(mode="after")
    def _known_or_an_emergency(self) -> EncounterRequest:
        if not self.emergency and (self.card_id is None or self.national_id is not None):
            raise ValueError("card_id is needed, and national_id is for emergencies alone")
        return self


class Referral(BaseModel):
    """A patient sent on to a service, until the last day."""

    referral_id: UUID
    service: str
    last_day: date


class EncounterReceipt(BaseModel):
    """A visit in the books. `copayment_state`: `none` where nothing is due, else what became of the wallet's part.

    No wallet is asked for an emergency's: it waits for the review (`review`), then it is `owed` until it is collected.
    A visit taken back is `reversed`. `insurer_state`: an emergency's part is paid by the insurer once it was accepted
    (`payable`), not before (`review`), and not where nobody has looked at it by its last day (`lapsed`).
    """

    model_config = ConfigDict(json_schema_extra={"examples": [RECEIPT]})

    encounter_id: UUID
    card_id: Annotated[UUID | None, Whose.CARD]
    patient_id: Annotated[UUID | None, Whose.CITIZEN]
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
    copayment_state: CopaymentState
    failure: Annotated[str | None, Field(description="why the wallet's part could not be taken")]
    referrals: Annotated[list[Referral], Personal.HEALTH]
    review: Annotated[Literal["open", "accepted", "rejected"] | None, Field(description="of an emergency")] = None
    review_reasons: Annotated[list[str], Field(description="codes of what is to be looked at")] = []
    review_by: Annotated[date | None, Field(description="last day of the review, for the insurer to pay")] = None
    insurer_state: InsurerState


class Encounter(EncounterReceipt):
    """A visit with what it was about, for the provider that entered it."""

    model_config = ConfigDict(json_schema_extra={"examples": [ENTERED]})

    emergency: Annotated[bool, Personal.HEALTH]
    referral_id: UUID | None
    recorded_at: datetime
    lines: Annotated[list[EncounterLine], Personal.HEALTH]
    diagnosis: Annotated[Diagnosis | None, Personal.HEALTH]


class CollectionIn(BaseModel):
    """The agreement of the holder of the card whose wallet pays: the visit's, or another of the household's by now."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [COLLECTION]})

    holder_proof: HolderProofText = None
    card_id: Annotated[UUID | None, Whose.CARD] = None


class ReversalIn(BaseModel):
    """Why a visit or contribution is taken back."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [REASON]})

    reason: Annotated[str, Field(min_length=3, max_length=300, pattern=r"^[^\x00-\x1f]+$")]


class Reversal(BaseModel):
    """What became of taking an entry back: done, or proposed for another person to decide."""

    model_config = ConfigDict(json_schema_extra={"examples": [REVERSED]})

    id: UUID
    state: Literal["reversed", "proposed"]
    proposal_id: UUID | None = None


class ReviewIn(BaseModel):
    """What is decided on an emergency, and of whom it was where nobody has said so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decision: Literal["accept", "reject"]
    patient_id: Annotated[UUID | None, Whose.CITIZEN] = None
    reason: Annotated[str, Field(min_length=3, max_length=300, pattern=r"^[^\x00-\x1f]+$")]


class Review(BaseModel):
    """An emergency that is to be looked at, or was."""

    encounter_id: UUID
    review: Literal["open", "accepted", "rejected"]
    review_reasons: Annotated[list[str], Field(description="codes of what is to be looked at")]
    review_note: str | None
    reviewed_at: datetime | None
    provider_id: Annotated[UUID, Personal.HEALTH]
    service: Annotated[str, Personal.HEALTH]
    occurred_at: Annotated[datetime, Personal.HEALTH]
    card_id: Annotated[UUID | None, Whose.CARD]
    patient_id: Annotated[UUID | None, Whose.CITIZEN]
    household_id: Annotated[UUID | None, Whose.HOUSEHOLD]
    national_id: Annotated[str | None, Personal.IDENTITY]
    total: Annotated[int, Personal.HEALTH]
    copayment: int
    insurer_part: int
    copayment_state: CopaymentState
    review_by: Annotated[date | None, Field(description="last day of the review, for the insurer to pay")]
    insurer_state: InsurerState


class ReviewPage(Page[Review, UUID]):
    """Emergencies to look at, oldest first."""
