"""What crosses the wire about policies."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, JsonValue

from chassis.area import Area
from chassis.paging import Page
from chassis.principal import Principal
from policybook.book import Confidence, Policy
from policybook.entry import PolicyUnusable
from policybook.files import PolicyEntry, Word
from policybook.keys import Keys

KeyPrefix = Annotated[str | None, Query(max_length=100, pattern=r"^[a-z0-9_.]+$")]


class PolicyRequest(PolicyEntry):
    """A policy to be put in force."""

    confidence: Confidence = "sourced"
    approved_by: Word

    def checked(self, keys: Keys, caller: Principal) -> Policy:
        """The row as it is entered, for the nation or for the governorate it names.

        Raises OutsideBound, or PolicyUnusable where no rule reads it or its value is of another kind.
        """
        policy = self.policy(caller.subject, self.approved_by)
        caller.bound.ensure_covers(Area(policy.scope.get("governorate"), policy.scope.get("district")))
        if fault := keys.fault(policy, on_record=self.on_record):
            raise PolicyUnusable(fault)
        return policy


class PolicyReply(BaseModel):
    """A policy in the book. Without `approved_by`, or where no rule reads it, it is on record but not applied."""

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
        members = {name: getattr(policy, name) for name in Policy.__dataclass_fields__}
        return PolicyReply(**members, on_record=not keys.reads(policy))


class PolicyPage(Page[PolicyReply, UUID]):
    """Policies in order of key, scope and first day."""
