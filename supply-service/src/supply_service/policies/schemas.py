"""What crosses the wire about policies and the catalogue."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from chassis.paging import Page
from supply_service.policies.book import Confidence, Policy
from supply_service.policies.files import PolicyRow

Word = Annotated[str, Field(min_length=1, max_length=200)]


class PolicyRequest(BaseModel):
    """A policy to be put in force."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", max_length=100)]
    scope: dict[
        Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")], Annotated[str, Field(pattern=r"^[^,=\x00-\x1f]{1,100}$")]
    ] = {}
    value: JsonValue = None
    expression: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    effective_from: date
    effective_to: date | None = None
    legal_reference: Word
    source: Annotated[str, Field(min_length=1, max_length=500)]
    confidence: Confidence = "sourced"
    approved_by: Word
    note: Annotated[str, Field(max_length=1000)] = ""

    def row(self, entered_by: str) -> Policy:
        """The policy as it is entered. Raises ValueError where its members contradict each other."""
        return PolicyRow.model_validate({**dict(self), "entered_by": entered_by}).policy()


class PolicyReply(BaseModel):
    """A policy in the books. Without `approved_by` it is on record but not applied."""

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


class PolicyPage(Page[PolicyReply, UUID]):
    """Policies in order of key, scope and first day."""


class LimitReply(BaseModel):
    """How many units of the item's group a household may have in a month."""

    units_each: int = Field(description="units one of this item counts for")
    per_person: int | None
    per_card: int | None
    by_members: list[tuple[int, int]] | None = Field(description="[from members, units] where the size decides")


class CatalogueItem(BaseModel):
    """An item on sale on the day asked for."""

    item: str
    name_ar: str
    name_en: str
    prices: dict[str, int] = Field(description="piastres by programme")
    limit_group: str | None = Field(description="items of a group share one limit")
    limit: LimitReply | None


class Catalogue(BaseModel):
    """Everything on sale on a day."""

    on: date
    items: list[CatalogueItem]
    next: None = None
