"""What crosses the wire about policies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from approvals.model import Proposal, State
from approvals.schemas import Reason
from chassis.paging import Page
from policybook.book import Confidence, Policy
from policybook.files import PolicyEntry
from policybook.keys import Keys

_BOOK: Final[dict[str, JsonValue]] = {
    "items": [
        {
            "policy_id": "0193a1c2-0000-7000-8000-00000000000d",
            "key": "approval.days_open",
            "scope": {},
            "value": 30,
            "expression": None,
            "effective_from": "2014-01-01",
            "effective_to": None,
            "legal_reference": "none, an operating figure",
            "source": "none",
            "confidence": "chosen",
            "entered_by": "unicard project",
            "approved_by": "unicard pilot board",
            "note": "Days a proposal waits for its decision; then it must be proposed again.",
            "on_record": False,
        }
    ],
    "next": None,
}


class PolicyRequest(PolicyEntry):
    """A policy to be put in force; who approves it is whoever decides on it."""

    confidence: Confidence = "sourced"


class PolicyWithdrawalRequest(BaseModel):
    """Why a policy that has not begun is to be taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class PolicyReply(BaseModel):
    """A policy in the book. Without `approved_by`, or where no rule reads it, it is on record but not applied.

    One that was entered through the API has the id of its proposal, which tells who did what with it.
    """

    policy_id: UUID
    key: str
    scope: dict[str, str]
    value: JsonValue
    expression: str | None
    effective_from: date
    effective_to: date | None
    legal_reference: str
    source: str
    confidence: Confidence
    entered_by: str
    approved_by: str | None
    note: str
    on_record: bool

    @staticmethod
    def of(policy: Policy, keys: Keys) -> PolicyReply:
        """A row as the API tells it."""
        return PolicyReply.model_validate(_members(policy, keys))


class PolicyProposed(PolicyReply):
    """A policy that is proposed: `policy_id` is its proposal's id, too. Whoever decides sends `digest` back."""

    state: State
    digest: str = Field(description="SHA-256 of what is proposed")
    expires_at: datetime

    @staticmethod
    def proposed(proposed: tuple[Policy, Proposal], keys: Keys) -> PolicyProposed:
        """A proposed row as the API tells it."""
        policy, proposal = proposed
        stands = {"state": proposal.state, "digest": proposal.digest.hex(), "expires_at": proposal.expires_at}
        return PolicyProposed.model_validate({**_members(policy, keys), **stands})


class PolicyPage(Page[PolicyReply, UUID]):
    """Policies in order of key, scope and first day."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BOOK]})


def _members(policy: Policy, keys: Keys) -> dict[str, object]:
    members = {name: getattr(policy, name) for name in Policy.__dataclass_fields__}
    return {**members, "scope": dict(policy.scope), "on_record": not keys.reads(policy)}
