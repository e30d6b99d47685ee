"""What crosses the wire about proposals."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

from approvals.model import Act, Did, Office, Proposal, State
from chassis.paging import Page
from chassis.refusals import Refusal

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Digest = Annotated[
    str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of what was seen: the member `digest` of the proposal")
]


class DecisionRequest(BaseModel):
    """What is decided about a proposal as it was seen; who refuses says why."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approve", "refuse"]
    digest: Digest
    reason: Reason | None = None

    @model_validator(mode="after")
    def _why(self) -> Self:
        if self.decision == "refuse" and self.reason is None:
            raise ValueError("say why it is refused")
        return self


class ProposalWithdrawal(BaseModel):
    """Why a proposal is taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class ProposalAct(BaseModel):
    """Who did what with a proposal: `through` which client, for which `office`."""

    act: Did
    who: str
    through: str | None
    office: str | None
    at: datetime
    digest: str
    reason: str | None

    @staticmethod
    def of(act: Act) -> ProposalAct:
        """An act as the API tells it."""
        actor = act.actor
        return ProposalAct(
            act=act.did, who=actor.who, through=actor.through, office=actor.office, at=act.at,
            digest=act.digest.hex(), reason=act.reason,
        )  # fmt: skip


class Hindrance(BaseModel):
    """Why its reader may not decide on a proposal: what a decision would be refused with."""

    code: str
    reason: str
    reason_ar: str

    @staticmethod
    def of(refusal: Refusal) -> Hindrance:
        """A refusal in both languages: what it is, and what it says of this proposal."""
        english = ". ".join(filter(None, (refusal.title(), refusal.detail)))
        arabic = ". ".join(filter(None, (refusal.title_ar, refusal.detail_ar)))
        return Hindrance(code=refusal.code, reason=english, reason_ar=arabic)


class ProposalReply(BaseModel):
    """A proposal as it stands. `deciders` persons must approve it, of the office that `office` says."""

    proposal_id: UUID
    kind: str
    subject: str = Field(description="the object it is about")
    state: State
    content: JsonValue
    digest: str = Field(description="SHA-256 of the content as canonical JSON; who decides sends it back")
    amount: int | None = Field(description="piastres")
    governorate: str | None
    authority: str | None
    deciders: int | None
    office: Office | None
    entered_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    acts: list[ProposalAct]
    beside: JsonValue = Field(
        default=None,
        description="what else to know before deciding, as it is when the proposal is read by itself: of a policy of"
        " supply-service what it would change (`simulation`)",
    )
    hindrance: Hindrance | None = Field(
        default=None,
        description="where proposals are read or listed: why the reader may not decide it; null where they may",
    )

    @staticmethod
    def of(
        proposal: Proposal, now: datetime, beside: JsonValue = None, hindrance: Refusal | None = None
    ) -> ProposalReply:
        """A proposal as the API tells it at a moment; `hindrance`: what keeps its reader from deciding on it."""
        return ProposalReply(
            proposal_id=proposal.proposal_id,
            kind=proposal.kind,
            subject=proposal.subject,
            state=proposal.state_at(now),
            content=proposal.content,
            digest=proposal.digest.hex(),
            amount=proposal.amount,
            governorate=proposal.area.governorate,
            authority=proposal.area.authority,
            deciders=proposal.deciders,
            office=proposal.office,
            entered_at=proposal.entered_at,
            expires_at=proposal.expires_at,
            ended_at=proposal.ended_at,
            acts=[ProposalAct.of(act) for act in proposal.acts],
            beside=beside,
            hindrance=None if hindrance is None else Hindrance.of(hindrance),
        )


class ProposalPage(Page[ProposalReply, UUID]):
    """A page of proposals, newest first."""
