"""What crosses the wire about change requests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from card_service.registry.requests.details import AnyDetails
from card_service.registry.requests.kinds import Appeal, Did, RequestKind, State
from card_service.registry.requests.refusal_reasons import RefusalReason
from chassis.paging import Page
from chassis.personal import Personal, Whose

ArchiveReference = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{2,119}$")
]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Digest = Annotated[
    str, Field(pattern=r"^[0-9a-f]{64}$", description="the member `digest` of the request as it was seen")
]
Code = Annotated[str, StringConstraints(min_length=6, max_length=20)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ChangeRequestIn(_In):
    """What is asked for; documents that an outside archive keeps are named here, files are added one by one."""

    change: AnyDetails
    archive_references: Annotated[list[ArchiveReference], Field(max_length=20)] = []


class Amendment(_In):
    """What is asked for instead, of the same kind and household, before it is decided; and why."""

    change: AnyDetails
    note: Note


class DecisionIn(_In):
    """Whether what was seen is approved; who refuses gives the reason that the citizen reads."""

    decision: Literal["approve", "refuse"]
    digest: Digest
    reason_code: RefusalReason | None = Field(default=None, description="needed where it is refused")
    note: Note | None = Field(default=None, description="for the file; not shown to the citizen")


class WithdrawalIn(_In):
    """Why the request is taken back."""

    note: Note


class AppealIn(_In):
    """What the citizen says against the decision."""

    grounds: Note


class AppealDecisionIn(_In):
    """Whether the appeal is granted; who refuses it gives the reason that the citizen reads."""

    decision: Literal["grant", "refuse"]
    digest: Digest
    reason_code: RefusalReason | None = None
    note: Note | None = None


class CodesIn(_In):
    """The codes that came to the new number and, where that is the proof, to the old one."""

    new_number: Code = Field(repr=False)
    old_number: Code | None = Field(default=None, repr=False)


class ObjectionIn(_In):
    """How the holder of the old number has objected, to whom."""

    note: Note


class ClaimDecisionIn(_In):
    """What is done about months drawn after a death: pursued with the heirs, or waived."""

    decision: Literal["pursue", "waive"]
    note: Note


class ArchiveReferenceIn(_In):
    """A document that an outside archive keeps."""

    archive_reference: ArchiveReference


class EvidenceOut(BaseModel):
    """A document of a request; a file of `size` bytes is read on a route of its own."""

    evidence_id: UUID
    media_type: str | None
    size: int | None
    archive_reference: Annotated[str | None, Personal.HOUSEHOLD]
    entered_by: str
    entered_at: datetime


class EvidenceContent(BaseModel):
    """A document whole; `content` is the file in base64."""

    evidence_id: UUID
    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    citizen_id: Annotated[UUID | None, Whose.CITIZEN]
    media_type: str
    content: Annotated[str, Personal.IDENTITY]


class ActOut(BaseModel):
    """Who did what with a request, when, and in which words; of `carried_out` the words are what stood there before."""

    act: Did
    who: str
    through: str | None
    office: str | None
    at: datetime
    reason_code: str | None
    note: Annotated[str | None, Personal.HOUSEHOLD]


class DrawnOut(BaseModel):
    """Loaves or piastres drawn of a month beyond what the others had."""

    programme: Annotated[Literal["bread", "goods"], Personal.RATIONS]
    month: Annotated[str, Personal.RATIONS]
    quantity: Annotated[int, Personal.RATIONS]
    unit: Annotated[Literal["loaf", "piastre"], Personal.RATIONS]


class ClaimOut(BaseModel):
    """Months that may have been drawn after a death, first to last, and what was.

    `drawn` is null while that is not known yet, empty where nothing was.
    """

    claim_id: UUID
    first_month: str
    last_month: str
    state: Literal["open", "pursued", "waived"]
    drawn: list[DrawnOut] | None
    decided_by: str | None
    decided_at: datetime | None


class ReasonOut(BaseModel):
    """Why it was refused, in words for the citizen."""

    code: str
    reason: str
    reason_ar: str


class ChangeRequestSummary(BaseModel):
    """A request in a list. `month`: from which it counts, foreseen while it waits."""

    request_id: UUID
    kind: RequestKind
    state: State
    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    citizen_id: Annotated[UUID | None, Whose.CITIZEN]
    fact_on: Annotated[date, Personal.HOUSEHOLD]
    month: str
    entered_by: str
    entered_at: datetime
    due_at: datetime
    overdue: bool
    escalated_at: datetime | None
    takes_effect_on: date | None
    decided_by: str | None
    decided_at: datetime | None
    reason_code: str | None
    appeal: Appeal | None
    appeal_until: date | None
    appeal_due_at: datetime | None
    updated_at: datetime


class ChangeRequestOut(ChangeRequestSummary):
    """A request whole: what is asked for, its documents, who did what, and what the caller may do with it now.

    `digest`: of what is asked for with its documents, null where nobody has to decide; who decides sends it back.
    `changes`: what it came to in the history of the household, `founded` a household that it made.
    """

    change: Annotated[AnyDetails, Personal.IDENTITY]
    digest: str | None
    appeal_digest: str | None
    reason: ReasonOut | None
    evidence: list[EvidenceOut]
    evidence_needed: int
    acts: list[ActOut]
    changes: list[UUID]
    founded: UUID | None
    claim: ClaimOut | None
    allowed_actions: list[str]


class ChangeRequestPage(Page[ChangeRequestSummary, UUID]):
    """A page of requests, newest first."""
